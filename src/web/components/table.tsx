import type { ComponentChildren } from 'preact'
import { t } from '../state/language.ts'

export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  readonly number?: boolean
  /** The column can be sorted by. */
  readonly sortable?: boolean
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  /** Undefined while they load: the place is kept. */
  readonly rows: readonly Row[] | undefined
  readonly keyOf: (row: Row) => string | number
  readonly empty: string
  readonly onRow?: ((row: Row) => void) | undefined
  readonly chosen?: string | number | undefined
  readonly sort?: { readonly key: string; readonly descending: boolean } | undefined
  readonly onSort?: ((key: string) => void) | undefined
  /** Lines that stand for rows while they load. */
  readonly placeholders?: number
}

/** Rows and columns. A row that can be opened is reached by the keyboard too. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  empty,
  onRow,
  chosen,
  sort,
  onSort,
  placeholders = 6,
}: TableProps<Row>) {
  return (
    // A part that scrolls must be reached by the keyboard.
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      <table class="table" aria-label={label} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? Array.from({ length: placeholders }, (_, line) => (
                <tr key={line}>
                  {columns.map(({ key }) => (
                    <td key={key}>
                      <span class="skeleton" />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <Line
                  key={keyOf(row)}
                  row={row}
                  columns={columns}
                  onRow={onRow}
                  isChosen={keyOf(row) === chosen}
                />
              ))}
        </tbody>
      </table>
      {rows !== undefined && rows.length === 0 && <p class="empty">{empty}</p>}
    </section>
  )
}

function Head<Row>({
  column: { key, title, number, sortable },
  sort,
  onSort,
}: {
  readonly column: Column<Row>
  readonly sort: TableProps<Row>['sort']
  readonly onSort: TableProps<Row>['onSort']
}) {
  const isSorted = sort?.key === key
  const order = isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined
  const arrow = isSorted ? (sort.descending ? '↓' : '↑') : ''
  return (
    <th scope="col" class={number ? 'number' : undefined} aria-sort={order}>
      {sortable && onSort !== undefined ? (
        <button type="button" onClick={() => onSort(key)} title={t({ zh: '排序', en: 'Sort' })}>
          {title}
          <span aria-hidden="true">{arrow}</span>
        </button>
      ) : (
        title
      )}
    </th>
  )
}

function Line<Row>({
  row,
  columns,
  onRow,
  isChosen,
}: {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
  readonly onRow: ((row: Row) => void) | undefined
  readonly isChosen: boolean
}) {
  const look = [onRow === undefined ? '' : 'clickable', isChosen ? 'chosen' : ''].join(' ').trim()
  return (
    <tr
      class={look === '' ? undefined : look}
      tabIndex={onRow === undefined ? undefined : 0}
      onClick={onRow === undefined ? undefined : () => onRow(row)}
      onKeyDown={
        onRow === undefined
          ? undefined
          : (event) => {
              if (event.key === 'Enter' && event.target === event.currentTarget) onRow(row)
            }
      }
    >
      {columns.map(({ key, cell, number }) => (
        <td key={key} class={number ? 'number' : undefined}>
          {cell(row)}
        </td>
      ))}
    </tr>
  )
}

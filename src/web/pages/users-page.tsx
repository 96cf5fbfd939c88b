import { useSignal } from '@preact/signals'
import type { UserView } from '../../host/console/api-types/session.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog, FormDialog } from '../components/dialog.tsx'
import { CheckField, SelectField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ApiProblem, post, put } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

const ROLE_NAMES: Readonly<Record<UserView['roles'][number], Text>> = {
  technician: { zh: '技术员', en: 'Technician' },
  support: { zh: '客服', en: 'Support' },
  clerk: { zh: '受理员', en: 'Clerk' },
  reviewer: { zh: '审核员', en: 'Reviewer' },
  finance: { zh: '财务', en: 'Finance' },
  administrator: { zh: '管理员', en: 'Administrator' },
  auditor: { zh: '审计员', en: 'Auditor' },
}
type Role = keyof typeof ROLE_NAMES
const ALL_ROLES = Object.keys(ROLE_NAMES) as Role[]

interface FirstPassword {
  readonly user: UserView
  readonly firstPassword: string
}

/** Who may sign in, and what for. */
export function UsersPage() {
  const { data, problem, reload } = useData<readonly UserView[]>('/api/users')
  const edited = useSignal<UserView | 'new' | undefined>(undefined)
  const given = useSignal<FirstPassword | undefined>(undefined)
  const mayChange = may(['administrator'])
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '控制台用户', en: 'People of the console' })}
        flush
        actions={
          mayChange && (
            <Button kind="primary" onClick={() => (edited.value = 'new')}>
              {t({ zh: '新增用户', en: 'Add a user' })}
            </Button>
          )
        }
      >
        <Table
          label={t({ zh: '用户', en: 'Users' })}
          rows={data}
          keyOf={({ name }) => name}
          empty=""
          onRow={mayChange ? (user) => (edited.value = user) : undefined}
          columns={[
            { key: 'name', title: t({ zh: '用户名', en: 'Name' }), cell: ({ name }) => <code>{name}</code> },
            { key: 'fullName', title: t({ zh: '姓名', en: 'Full name' }), cell: ({ fullName }) => fullName },
            {
              key: 'roles',
              title: t({ zh: '角色', en: 'Roles' }),
              cell: ({ roles }) => (
                <span class="row">
                  {roles.map((role) => (
                    <Badge key={role}>{t(ROLE_NAMES[role])}</Badge>
                  ))}
                </span>
              ),
            },
            { key: 'status', title: t({ zh: '状态', en: 'Status' }), cell: (user) => <Status user={user} /> },
            {
              key: 'factor',
              title: t({ zh: '第二因素', en: 'Second factor' }),
              cell: ({ hasSecondFactor }) => (hasSecondFactor ? t({ zh: '已设置', en: 'Set' }) : '–'),
            },
            {
              key: 'seen',
              title: t({ zh: '上次登录', en: 'Last sign-in' }),
              cell: ({ lastSignInMs }) => (lastSignInMs === null ? '–' : formatDateTime(lastSignInMs)),
            },
          ]}
        />
      </Card>
      {edited.value !== undefined && (
        <UserDialog
          user={edited.value === 'new' ? undefined : edited.value}
          onClose={() => (edited.value = undefined)}
          onDone={(first) => {
            edited.value = undefined
            given.value = first
            reload()
          }}
        />
      )}
      {given.value !== undefined && (
        <PasswordDialog {...given.value} onClose={() => (given.value = undefined)} />
      )}
    </>
  )
}

function Status({ user }: { readonly user: UserView }) {
  if (user.status === 'disabled') return <Badge tone="bad">{t({ zh: '已停用', en: 'Disabled' })}</Badge>
  if (user.lockedUntilMs !== null && user.lockedUntilMs > Date.now())
    return <Badge tone="warn">{t({ zh: '已锁定', en: 'Locked' })}</Badge>
  if (user.mustChangePassword) return <Badge tone="info">{t({ zh: '待改密码', en: 'First password' })}</Badge>
  return <Badge tone="good">{t({ zh: '启用', en: 'Active' })}</Badge>
}

interface UserDialogProps {
  readonly user: UserView | undefined
  readonly onClose: () => void
  readonly onDone: (first: FirstPassword | undefined) => void
}

function UserDialog({ user, onClose, onDone }: UserDialogProps) {
  const name = useSignal(user?.name ?? '')
  const fullName = useSignal(user?.fullName ?? '')
  const roles = useSignal<readonly Role[]>(user?.roles ?? [])
  const status = useSignal<UserView['status']>(user?.status ?? 'active')
  const present = useSignal<UserView | undefined>(undefined)
  const save = async (): Promise<void> => {
    const common = { fullName: fullName.value, roles: roles.value }
    if (user === undefined) {
      onDone(await post<FirstPassword>('/api/users', { ...common, name: name.value.trim() }))
      return
    }
    const { version } = present.value ?? user
    try {
      await put(`/api/users/${user.name}`, { ...common, status: status.value, version })
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'changedMeanwhile')
        present.value = (error.detail as { readonly present: UserView }).present
      throw error
    }
    say({ zh: '已保存。', en: 'Saved.' })
    onDone(undefined)
  }
  const toggle = (role: Role, on: boolean): void => {
    roles.value = on ? [...roles.value, role] : roles.value.filter((each) => each !== role)
  }
  return (
    <FormDialog
      title={user === undefined ? t({ zh: '新增用户', en: 'Add a user' }) : user.name}
      submit={{ zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={save}
    >
      {user === undefined && (
        <TextField
          label={t({ zh: '用户名', en: 'Name' })}
          value={name.value}
          onInput={(text) => (name.value = text)}
          hint={t({ zh: '2 到 32 个小写字母、数字、. _ -', en: '2 to 32 lower-case letters, digits, . _ -' })}
          autoFocus
        />
      )}
      <TextField
        label={t({ zh: '姓名', en: 'Full name' })}
        value={fullName.value}
        onInput={(text) => (fullName.value = text)}
      />
      <fieldset class="field roles">
        <legend class="label">{t({ zh: '角色', en: 'Roles' })}</legend>
        {ALL_ROLES.map((role) => (
          <CheckField
            key={role}
            label={t(ROLE_NAMES[role])}
            checked={roles.value.includes(role)}
            onChange={(on) => toggle(role, on)}
          />
        ))}
      </fieldset>
      {user !== undefined && (
        <>
          <SelectField
            label={t({ zh: '状态', en: 'Status' })}
            value={status.value}
            options={[
              { value: 'active', text: t({ zh: '启用', en: 'Active' }) },
              { value: 'disabled', text: t({ zh: '停用', en: 'Disabled' }) },
            ]}
            onChange={(next) => (status.value = next)}
          />
          <div>
            <Button
              onClick={() => void post<FirstPassword>(`/api/users/${user.name}/first-password`).then(onDone)}
            >
              {t({ zh: '重置密码', en: 'Reset the password' })}
            </Button>
          </div>
        </>
      )}
      {present.value !== undefined && (
        <p class="notice">
          {t({ zh: '现在的内容：', en: 'It says now: ' })}
          {present.value.fullName} · {present.value.roles.map((role) => t(ROLE_NAMES[role])).join(', ')} ·{' '}
          {present.value.status}
        </p>
      )}
    </FormDialog>
  )
}

function PasswordDialog({ user, firstPassword, onClose }: FirstPassword & { readonly onClose: () => void }) {
  return (
    <Dialog title={t({ zh: '初始密码', en: 'First password' })} onClose={onClose}>
      <p>
        {t({
          zh: `请交给 ${user.name}。只显示这一次；首次登录后必须更改。`,
          en: `Hand it to ${user.name}. It is shown this once, and must be changed at the first sign-in.`,
        })}
      </p>
      <p class="mono">{firstPassword}</p>
      <div class="row end">
        <Button kind="primary" onClick={onClose}>
          {t({ zh: '完成', en: 'Done' })}
        </Button>
      </div>
    </Dialog>
  )
}

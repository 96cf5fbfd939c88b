/** A file or a chart of messages, in its own place. It scrolls, so the keyboard must reach it. */
export function PlainText({ label, text }: { readonly label: string; readonly text: string | undefined }) {
  return (
    <section class="chart-text" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  )
}

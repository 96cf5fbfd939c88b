/** Style of the report: its own colours in light and dark, nothing fetched from anywhere. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --page: #f6f6f4; --card: #fff; --ink: #16181d; --soft: #5b6068; --rule: #e3e3df;
  --first: #2a78d6; --second: #d9652b; --third: #159a6c; --bad: #cf3b3a; --good: #1c7f4f; }
@media (prefers-color-scheme: dark) { :root { --page: #131417; --card: #1b1d21; --ink: #e9e9e6; --soft: #a2a7af;
  --rule: #2e3137; --first: #5b9ff0; --second: #f0894f; --third: #3fc493; --bad: #f07473; --good: #52c48c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 0 0 2px; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); }
.verdict { display: inline-block; margin: 12px 0 20px; padding: 4px 12px; border-radius: 6px; font-weight: 600;
  color: #fff; background: var(--good); }
.verdict.found { background: var(--bad); }
@media (prefers-color-scheme: dark) { .verdict { color: #131417; } }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(102px, 1fr)); gap: 12px; margin-bottom: 16px; }
.tile, section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
.tile { padding: 12px 14px; }
.tile b { display: block; font-size: 20px; white-space: nowrap; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; white-space: nowrap; }
section { padding: 16px 18px; margin-bottom: 16px; overflow-x: auto; }
svg { display: block; width: 100%; height: auto; margin-top: 4px; }
svg.narrow { display: none; }
@media (max-width: 600px) { svg.wide { display: none; } svg.narrow { display: block; } main { padding: 20px 10px 40px; } }
.grid { stroke: var(--rule); stroke-width: 1; }
.tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.first { stroke: var(--first); } .line.second { stroke: var(--second); }
.line.third { stroke: var(--third); } .line.bad { stroke: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 7px;
  vertical-align: middle; background: currentColor; }
.key.first::before { background: var(--first); } .key.second::before { background: var(--second); }
.key.third::before { background: var(--third); } .key.bad::before { background: var(--bad); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 500; color: var(--soft); font-size: 13px; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
table.words td { white-space: normal; }
tr:last-child td { border-bottom: 0; }
ul { margin: 0; padding-left: 20px; } li.found { color: var(--bad); }
`

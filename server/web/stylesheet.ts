/** The one stylesheet of all pages, and the icon. Light and dark by the reader's setting, from 320 pixels up. */
import { createHash } from 'node:crypto'

export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #f7f6f3; --card: #ffffff; --ink: #1c1d1f; --soft: #5c5f66; --line: #e2dfd8;
  --accent: #0b6b5d; --accent-ink: #ffffff; --tint: #eef5f3; --good: #0b6b5d; --bad: #a8321f; --bad-tint: #fbefec;
  --warn: #7a5200; --warn-tint: #fbf4e2; --shadow: 0 1px 2px rgb(28 29 31 / .05), 0 8px 24px rgb(28 29 31 / .05);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141517; --card: #1c1e21; --ink: #ecebe8; --soft: #a3a6ad; --line: #31343a;
    --accent: #5cc9b6; --accent-ink: #0c1f1b; --tint: #18302c; --good: #5cc9b6; --bad: #f0937f; --bad-tint: #35201c;
    --warn: #e8c26a; --warn-tint: #30281a; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif;
  display: flex; flex-direction: column;
}
a { color: var(--accent); text-underline-offset: .18em; }
h1, h2, h3 { line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -.01em; text-wrap: balance; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; }
p { margin: 0; } p + p { margin-top: .75rem; }
.soft { color: var(--soft); } .small { font-size: .875rem; }
.mono { font-family: var(--mono); font-size: .92em; overflow-wrap: anywhere; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.top { border-bottom: 1px solid var(--line); background: var(--card); }
.top > div { max-width: 60rem; margin: 0 auto; padding: .8rem 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
.brand { display: inline-flex; align-items: center; gap: .55rem; font-weight: 680; color: var(--ink); text-decoration: none; letter-spacing: -.01em; }
.brand svg { width: 1.35rem; height: 1.35rem; display: block; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .35rem .7rem; border-radius: 7px; color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); } nav a[aria-current] { color: var(--ink); background: var(--tint); font-weight: 600; }
.who { margin-left: auto; display: flex; gap: .9rem; align-items: center; font-size: .875rem; color: var(--soft); min-width: 0; }
.who span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 14rem; }
main { width: 100%; max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 1fr); align-content: start; flex: 1; }
main.narrow { max-width: 30rem; padding-top: clamp(2rem, 9vh, 6rem); }
.head { display: grid; gap: .35rem; }
footer { color: var(--soft); font-size: .8125rem; text-align: center; padding: 0 1.25rem 1.5rem; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; box-shadow: var(--shadow); display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
.card.flush { padding: 0; gap: 0; overflow: hidden; } .card.flush > .row { padding: 1.1rem 1.25rem .35rem; }
.empty { padding: 2.25rem 1.5rem; text-align: center; color: var(--soft); }
.note { border-radius: 10px; padding: .8rem 1rem; background: var(--tint); border: 1px solid transparent; overflow-wrap: anywhere; }
.note.bad { background: var(--bad-tint); color: var(--bad); } .note.warn { background: var(--warn-tint); color: var(--warn); }
.secret { display: block; padding: .8rem 1rem; border: 1px dashed var(--accent); border-radius: 10px; background: var(--paper); user-select: all; }
.code { font: 650 1.9rem/1.2 var(--mono); letter-spacing: .12em; text-align: center; padding: .7rem; border-radius: 10px; background: var(--paper); border: 1px solid var(--line); }

form { display: grid; gap: 1rem; } form.line { display: inline; }
label, legend { font-weight: 600; font-size: .9375rem; display: block; margin-bottom: .3rem; padding: 0; }
.field { min-width: 0; } .field .soft { margin-top: .3rem; }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0; }
input[type=text], input[type=email], input[type=password], select, textarea {
  width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 9px; padding: .6rem .75rem; min-height: 2.75rem;
}
select { appearance: none; padding-right: 2rem; background-image: linear-gradient(45deg, transparent 50%, var(--soft) 50%), linear-gradient(-45deg, transparent 50%, var(--soft) 50%); background-size: 6px 6px; background-position: right 16px center, right 10px center; background-repeat: no-repeat; }
.codebox { font: 600 1.5rem/1.2 var(--mono) !important; letter-spacing: .12em; text-align: center; text-transform: uppercase; }
[aria-invalid=true] { border-color: var(--bad) !important; }
.wrong { color: var(--bad); font-size: .875rem; margin-top: .3rem; }
.checks { display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; }
.check { display: inline-flex; gap: .5rem; align-items: center; font-weight: 400; margin: 0; padding: .2rem 0; }
.check input { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); flex: none; }
button, .button {
  font: inherit; font-weight: 600; cursor: pointer; border-radius: 9px; border: 1px solid var(--line); background: var(--card); color: var(--ink);
  padding: .6rem 1.1rem; min-height: 2.75rem; text-decoration: none; display: inline-flex; align-items: center; justify-content: center; text-align: center;
}
button:hover, .button:hover { border-color: var(--soft); }
.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); } .main:hover { border-color: var(--accent); filter: brightness(1.07); }
.tiny { min-height: 2rem; padding: .25rem .7rem; font-size: .875rem; font-weight: 550; } .danger { color: var(--bad); }
.plainly { background: none; border: 0; padding: 0; min-height: 0; color: var(--soft); font-weight: 400; font-size: .875rem; text-decoration: underline; text-underline-offset: .18em; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; } .two button { border-width: 2px; border-color: var(--soft); min-height: 3rem; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; } .row.end { justify-content: space-between; }
.or { display: flex; align-items: center; gap: .8rem; color: var(--soft); font-size: .875rem; } .or::before, .or::after { content: ''; flex: 1; height: 1px; background: var(--line); }
.side { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(11.5rem, 100%), 1fr)); align-items: end; }

pre.prose { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; font-size: .9375rem; margin: 0; }

dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .45rem 1.1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.does { margin: .5rem 0 0; padding-left: 1.2rem; display: grid; gap: .3rem; }
details > summary { cursor: pointer; font-weight: 600; } details[open] > summary { margin-bottom: 1rem; }

table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
thead td { border-bottom: 1px solid var(--line) !important; }
th { text-align: left; font-weight: 550; color: var(--soft); font-size: .8125rem; padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: .8rem 1.25rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; } td.acts { text-align: right; white-space: nowrap; } td.acts form { margin-left: .35rem; }
.state { display: inline-flex; align-items: center; gap: .45rem; white-space: nowrap; } .state::before { content: ''; width: .55rem; height: .55rem; border-radius: 50%; background: var(--soft); }
.state.good::before { background: var(--good); } .state.bad::before { background: var(--bad); } .state.warn::before { background: #d39a1c; }
.tag { display: inline-block; font-size: .8125rem; padding: .05rem .5rem; border-radius: 6px; background: var(--tint); margin: 0 .25rem .15rem 0; }

@media (max-width: 46rem) {
  main { padding: 1.25rem 1rem 3rem; } .card { padding: 1.15rem; } .card.flush { padding: 0; }
  .top > div { padding: .7rem 1rem; } nav { order: 3; width: 100%; margin: 0 -.5rem; } nav a { padding: .3rem .5rem; font-size: .9375rem; } .who span { max-width: 8.5rem; }
  .top > div { gap: .5rem .75rem; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; } tr { padding: .8rem 1.15rem; border-bottom: 1px solid var(--line); } tr:last-child { border-bottom: 0; }
  td { border: 0; padding: .15rem 0; display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: .5rem; }
  td::before { content: attr(data-label); color: var(--soft); font: .8125rem/1.7 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; }
  .card.flush > .row { padding: 1rem 1.15rem .2rem; }
  td.acts { display: block; text-align: left; padding-top: .6rem; } td.acts::before { content: none; } td.acts form { margin: 0 .35rem 0 0; }
}
@media (max-width: 26rem) { dl { gap: .4rem .8rem; } .code { font-size: 1.5rem; } nav ul { gap: .1rem; } nav a { padding: .3rem .42rem; font-size: .875rem; } }
@media (prefers-reduced-motion: no-preference) { button, .button, nav a { transition: border-color .12s, color .12s, filter .12s; } }
@media (forced-colors: active) { .state::before { forced-color-adjust: none; } }
`

export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#0b6b5d"/>' +
  '<path d="M6 8.5h9a3.5 3.5 0 0 1 0 7H9" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/>' +
  '<circle cx="6.5" cy="15.5" r="1.6" fill="#fff"/></svg>'

/** Changes with the content, so that it may be kept for ever. */
export const stylesheetPath = `/style-${createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)}.css`

"""How a report looks: on a phone and a desk, by day and by night, and on paper."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --ground: #fff; --text: #1c1c1a; --quiet: #595955; --rule: #d9d7d0; --raised: #f6f5f1; --link: #0b57a4;
  --ask: #8a3b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161615; --text: #ecebe6; --quiet: #adaba3; --rule: #3a3936; --raised: #21201e; --link: #8ec1ff;
    --ask: #ffb37a;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font: 700 1.9rem/1.2 Georgia, serif }
h2 {
  margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--rule);
  font: 700 1.3rem/1.3 Georgia, serif;
}
header p, footer, .where { color: var(--quiet); font-size: .95rem }
p { margin: .4rem 0 .8rem; max-width: 44rem }
a { color: var(--link) }
ul, ol { margin: .4rem 0 1rem; padding-left: 1.4rem }
li { margin: .3rem 0 }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0 }
.counts div {
  display: flex; flex-direction: column-reverse; padding: .6rem .8rem; background: var(--raised);
  border: 1px solid var(--rule); border-radius: 6px;
}
.counts dt { color: var(--quiet); font-size: .9rem }
.counts dd { margin: 0; font: 700 1.6rem/1.2 Georgia, serif; font-variant-numeric: tabular-nums }
.counts .ask { border-color: var(--ask) }
.counts .ask dd { color: var(--ask) }
details, .group {
  margin: .5rem 0; padding: .5rem .8rem; border: 1px solid var(--rule); border-radius: 6px; max-width: none;
}
summary { cursor: pointer; min-height: 1.6rem }
summary:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
details ul { columns: 16rem; margin-bottom: .3rem }
details li { margin: 0; padding: .15rem 0; break-inside: avoid }
.warnings { padding: 0; list-style: none }
.warnings li { padding: .5rem 0; border-bottom: 1px solid var(--rule) }
.warnings p { margin: 0 }
pre {
  margin: .3rem 0 .8rem; padding: .7rem; border: 1px solid var(--rule); background: var(--raised);
  white-space: pre-wrap;
}
footer { margin-top: 2.5rem; border-top: 1px solid var(--rule) }
@media print {
  :root { --ground: #fff; --text: #000; --quiet: #333; --rule: #999; --raised: #fff; --link: #000; --ask: #000 }
  body { max-width: none; padding: 0; font-size: 10.5pt }
  details::details-content { content-visibility: visible; block-size: auto }
  li, .counts div { break-inside: avoid }
}
"""

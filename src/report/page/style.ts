import { PALETTE_CSS } from '../charts/palette.js';
import { FONT } from '../charts/render.js';

/** The look of every page: one column, readable at 344 pixels, light and dark, nothing loaded from anywhere. */
export const STYLE = `${PALETTE_CSS}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:1160px;background:var(--bg);color:var(--text);font:16px/1.5 ${FONT};overflow-wrap:anywhere}
h1{font-size:1.35rem;line-height:1.3;margin:.5rem 0}
h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code,pre{font:.85em/1.45 ui-monospace,monospace;background:var(--panel);border-radius:4px}
code{padding:.1em .3em}
pre{padding:.75rem;overflow-x:auto}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;list-style:none;margin:.5rem 0}
.verdict{border-left:.5rem solid var(--unacked);padding:.25rem .75rem;background:var(--panel)}
.verdict.pass{border-color:var(--second)}
.verdict.fail{border-color:var(--lost)}
.caveat{border:2px solid var(--late);border-radius:6px;padding:.5rem .75rem}
.muted{color:var(--muted)}
.yes{color:var(--second)}
.no{color:var(--lost)}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
.cap{font-weight:600;font-size:.9rem;margin:1rem 0 0}
details .cap,section>h2+.cap{display:none}
.cap+.scroll{margin-top:.1rem}
th,td{padding:.25rem .6rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:normal}
td{min-width:2.5rem}
thead th{color:var(--muted);font-weight:600;border-bottom-width:2px}
tbody th{font-weight:600}
figure{margin:1rem 0}
figcaption{font-size:.9rem;color:var(--muted)}
figure svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link)}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:.25rem 0;list-style:none;font-size:.85rem}
.legend svg{display:inline-block;vertical-align:-.1em;margin-right:.35em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem}
dt{color:var(--muted)}dd{margin:0}
ul.lines{padding-left:1.1rem;font-size:.85rem}
@media (max-width:700px){body{padding:.5rem}.wide{display:none}.narrow{display:block}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{details>*{display:block}.scroll{overflow:visible}}`;

/** Style and script of the history's page alone. */
export const HISTORY_STYLE = `
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.75rem 0}
select{font:inherit;color:var(--text);background:var(--panel);border:1px solid var(--muted);border-radius:4px;padding:.25rem;max-width:100%}
.strip{display:flex;flex-wrap:wrap;gap:3px;padding:0;margin:.5rem 0;list-style:none;max-height:22rem;overflow-y:auto}
.v{display:inline-flex;width:24px;height:24px;align-items:center;justify-content:center;border-radius:4px;font-size:.8rem;font-weight:700;text-decoration:none;background:var(--panel);color:var(--text);border:2px solid var(--muted)}
.v.PASS{border-color:var(--second);color:var(--second)}
.v.KNOWN{border-color:var(--late);color:var(--text)}
.v.FAIL{background:var(--lost);border-color:var(--lost);color:var(--bg)}
.v.INVALID{background:var(--late);border-color:var(--late);color:var(--bg)}
.trends{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:.25rem 1rem}
.trends figure{margin:.25rem 0}
#runs{min-width:40rem}
#runs th{white-space:nowrap}
tr,section{content-visibility:auto}
section{contain-intrinsic-size:auto 700px}
[hidden]{display:none!important}`;

/**
 * Shows what the three lists choose. A row's `data-s` says for every scenario and SDK of the run, by number, whether it failed (\`!\`). And says, by the
 * reader's clock, whether a verdict is overdue.
 */
export const FILTER_SCRIPT = `
const get = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll('#runs tbody tr')];
const cells = [...document.querySelectorAll('.strip li')];
function matches(row, scenario, sdk, verdict) {
  const all = row.dataset.s.split(' ').filter((s) => s !== '');
  const chosen = all.filter((s) => {
    const [a, b] = s.replace('!', '').split('.');
    return (scenario === '' || a === scenario) && (sdk === '' || b === sdk);
  });
  if ((scenario !== '' || sdk !== '') && chosen.length === 0) return false;
  const headline = row.dataset.v;
  const whole = scenario === '' && sdk === '';
  const passed = whole ? headline === 'PASS' : !chosen.some((s) => s.endsWith('!'));
  if (verdict === '') return true;
  if (verdict === 'passed') return passed;
  if (verdict === 'not') return !passed;
  return headline === verdict;
}
function apply() {
  const [scenario, sdk, verdict] = ['scenario', 'sdk', 'verdict'].map((id) => get(id).value);
  let shown = 0;
  rows.forEach((row, i) => {
    const yes = matches(row, scenario, sdk, verdict);
    row.hidden = !yes;
    cells[i].hidden = !yes;
    if (yes) shown += 1;
  });
  for (const section of document.querySelectorAll('section[data-scenario]'))
    section.hidden = scenario !== '' && section.dataset.scenario !== scenario;
  for (const figure of document.querySelectorAll('figure[data-sdk]'))
    figure.hidden = sdk !== '' && figure.dataset.sdk !== sdk;
  get('shown').textContent = shown + ' of ' + rows.length + ' runs';
}
get('filter').addEventListener('change', apply);
function lengthOf(ms) {
  const [size, unit] = [[864e5, 'd'], [36e5, 'h'], [6e4, 'min']].find(([length]) => ms >= 2 * length) ?? [1e3, 's'];
  return Math.floor(ms / size) + ' ' + unit;
}
function sayLate() {
  for (const line of document.querySelectorAll('p[data-since]')) {
    const { cluster, since, limit, every } = line.dataset;
    const late = Date.now() - Date.parse(since);
    line.hidden = late <= Number(limit);
    line.textContent = cluster + ': no verdict for ' + lengthOf(late) + ' (expected every ' + every + ')';
  }
}
sayLate();
setInterval(sayLate, 60000);
`;

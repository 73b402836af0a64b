import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from '../src/host/os/tools.js';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export const dashboard = (): Dashboard =>
  JSON.parse(readFileSync(join(installRoot, 'deploy', 'grafana', 'dashboard.json'), 'utf8')) as Dashboard;

/** Every query of the dashboard, with Grafana's variables as Grafana would fill them in. */
export const panelQueries = (clusters: string): string[] =>
  dashboard()
    .panels.flatMap(({ targets }) => targets ?? [])
    .map(({ expr }) => expr.replaceAll('$cluster', clusters).replaceAll('$__rate_interval', '1m'));

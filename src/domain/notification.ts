import type { Resume } from './breaker.js';
import type { Change } from './changes.js';
import { newsLines, type RunNews } from './news-lines.js';
import { durationText, isConfigProblem, type LastVerdict, type Overdue, type Unplanned } from './overdue.js';
import { visible } from './verbatim.js';
import type { RunKind } from './plan.js';

/** What the group is told, word for word (spec, "The Feishu messages"). */

export type NotificationKind =
  'passed' | 'failed' | 'known' | 'breaker' | 'format-errors' | 'resumed' | 'overdue' | 'config-invalid' | 'unplanned';

/** One message to people. The id is the same on every retry: one run sends one message of a kind. */
export interface Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  /** Null: the message is about no run. */
  readonly runId: string | null;
  readonly cluster: string;
  readonly urgent: boolean;
  /** Nothing in it is new: kept and logged, and told to nobody. */
  readonly quiet?: true;
  /** It is the verdict of a full round. */
  readonly ofRound: boolean;
  readonly text: string;
  /** Where the report was published; null where it is on this host alone. */
  readonly reportUrl: string | null;
}

/** Where a run's report is: what publishing came to. `pushError` is null where nothing was to be published. */
export interface ReportPlace {
  readonly url: string | null;
  readonly pushError: string | null;
  readonly localPath: string;
}

/** What a message is made of; `finishedAt` is ISO 8601 with the offset of the config's time zone. */
export interface RunFacts {
  readonly runId: string;
  readonly kind: RunKind;
  readonly cluster: string;
  readonly finishedAt: string;
  readonly passRatePercent: number;
  readonly failedScenarios: readonly string[];
  /** `scenario(status)` of each failure of the test's own equipment; only for an INVALID run. */
  readonly equipmentFailures: readonly string[];
  /** `control/sdk(status)` of each client that the broker failed before anything was done to it. */
  readonly failedBefore: readonly string[];
  /** The broker was to be a newer one, and is not. */
  readonly updateFailed: boolean;
  /** Null where the config has no list of known failures. */
  readonly news: RunNews | null;
  /** Figures of which this run has shown that they have changed. */
  readonly changes: readonly Change[];
  readonly consecutiveFailures: number;
  /** The breaker is open with this run. */
  readonly opens: boolean;
  readonly report: ReportPlace;
}

function reportLine({ url, pushError, localPath }: ReportPlace): string {
  if (url !== null) return `报告: ${url}`;
  return pushError === null ? `报告: ${localPath}` : `报告: ${localPath} (推送失败: ${pushError})`;
}

/** A line of its own, after those of the spec: the broker was ill before anything was done to it. */
const failedBeforeLine = ({ failedBefore }: RunFacts): string[] =>
  failedBefore.length > 0 ? [`注入故障之前 RobustMQ 已失败: ${failedBefore.join(', ')}`] : [];

/** A line of its own: what was tested is an old broker. */
const updateLine = ({ updateFailed }: RunFacts): string[] =>
  updateFailed ? ['⚠️ 更新 broker 失败 (cluster.update), 本轮测试的是旧版本'] : [];

const tooMany = (n: number): string => `🚨 连续 ${n} 轮失败,请人工介入`;

/** Words of others make no lines of their own. */
const textOf = (lines: readonly string[]): string => lines.map(visible).join('\n');

const about = (
  { runId, kind: runKind, cluster, report }: RunFacts,
  kind: NotificationKind,
  lines: readonly string[],
): Notification => ({
  id: `${runId}/${kind}`,
  kind,
  runId,
  cluster,
  urgent: kind === 'breaker',
  ofRound: runKind === 'full' && (kind === 'passed' || kind === 'failed' || kind === 'known'),
  text: textOf(lines),
  reportUrl: report.url,
});

export const passedMessage = (run: RunFacts): Notification =>
  about(run, 'passed', [
    '✅ RobustMQ 故障测试通过',
    `Run ID: ${run.runId} 时间: ${run.finishedAt}`,
    `核心场景: 全部通过 总通过率: ${run.passRatePercent}%`,
    reportLine(run.report),
    ...failedBeforeLine(run),
    ...updateLine(run),
    ...newsLines(run.news, run.changes),
  ]);

const failedLines = (run: RunFacts): string[] => [
  ...(run.opens ? [tooMany(run.consecutiveFailures)] : []),
  '❌ RobustMQ 故障测试失败',
  `Run ID: ${run.runId} 时间: ${run.finishedAt}`,
  `失败场景: ${run.failedScenarios.join(', ') || '无'}`,
  reportLine(run.report),
  ...failedBeforeLine(run),
  ...updateLine(run),
  ...(run.equipmentFailures.length > 0 ? [`测试设备故障: ${run.equipmentFailures.join(', ')}`] : []),
  ...newsLines(run.news, run.changes),
];

export const failedMessage = (run: RunFacts): Notification => about(run, 'failed', failedLines(run));

/** A run with nothing but known failures. `quiet`: nobody needs to read it. */
export const knownMessage = (run: RunFacts, quiet: boolean): Notification => ({
  ...about(run, 'known', failedLines(run)),
  ...(quiet ? { quiet } : {}),
});

export const breakerMessage = (run: RunFacts): Notification =>
  about(run, 'breaker', [
    tooMany(run.consecutiveFailures),
    `最后失败: ${run.runId} ${run.finishedAt}`,
    reportLine(run.report),
  ]);

export const formatErrorsMessage = (run: RunFacts): Notification =>
  about(run, 'format-errors', [
    '⚠️ 连续 3 轮只有 script_format_error: 请修复测试脚本 (不是 RobustMQ 的缺陷, 不计入失败次数)',
    `最后一轮: ${run.runId} ${run.finishedAt}`,
    reportLine(run.report),
  ]);

export const resumedMessage = (
  { runId, cluster }: Pick<RunFacts, 'runId' | 'cluster'>,
  { by, reason }: Resume,
): Notification => ({
  id: `${runId}/resumed`,
  kind: 'resumed',
  runId,
  cluster,
  urgent: false,
  ofRound: false,
  text: textOf(['▶️ 熔断已解除, 失败次数清零', `Run ID: ${runId}`, `操作人: ${by} 原因: ${reason}`]),
  reportUrl: null,
});

const aboutCluster = (
  cluster: string,
  kind: NotificationKind,
  { since, lines }: { readonly since: string; readonly lines: readonly string[] },
): Notification => ({
  id: `${cluster}/${kind}/${since}`,
  kind,
  runId: null,
  cluster,
  urgent: true,
  ofRound: false,
  text: textOf(lines),
  reportUrl: null,
});

/** Not of the spec, which knows only messages about runs. */
export const overdueMessage = (
  cluster: string,
  { since, forMs, everyMs }: Overdue,
  lastVerdict: LastVerdict | null,
): Notification =>
  aboutCluster(cluster, 'overdue', {
    since,
    lines: [
      `⏰ RobustMQ 故障测试逾期: 已 ${durationText(forMs)} 没有结论 (应每 ${durationText(everyMs)} 一次)`,
      `集群: ${cluster}`,
      `最后结论: ${lastVerdict === null ? '无' : `${lastVerdict.headline} ${lastVerdict.runId} ${lastVerdict.finishedAt}`}`,
      '请检查: robustmq-chaos status',
    ],
  });

/** The problem names its remedy. */
export function unplannedMessage(cluster: string, unplanned: Unplanned): Notification {
  const { workflowId, since, problem } = unplanned;
  const [kind, first, last] = isConfigProblem(unplanned)
    ? ([
        'config-invalid',
        '⚠️ 配置无法读取, 定时轮次没有执行 (不计入失败次数)',
        '检查配置: robustmq-chaos doctor',
      ] as const)
    : (['unplanned', '⚠️ 测试设备故障, 定时轮次没有执行 (不计入失败次数)', '检查主机: robustmq-chaos doctor'] as const);
  return aboutCluster(cluster, kind, {
    since,
    lines: [first, `集群: ${cluster} Run ID: ${workflowId}`, ...problem.split('\n'), last],
  });
}

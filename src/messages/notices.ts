import type { LastVerdict, Overdue, Unplanned } from '../domain/overdue.js';
import type { UnplannedRound } from './cluster-record.js';

/** A message about a cluster and no run: no verdict for too long, or rounds that have no plan. */
export type ClusterNotice =
  | { readonly kind: 'overdue'; readonly overdue: Overdue; readonly lastVerdict: LastVerdict | null }
  | { readonly kind: 'unplanned'; readonly unplanned: Unplanned };

export interface AnnounceNoticeRequest {
  readonly cluster: string;
  /** Config of the rounds; null where nobody knows it. */
  readonly configPath: string | null;
  readonly notice: ClusterNotice;
}

export interface RecordUnplannedRequest {
  readonly cluster: string;
  readonly round: UnplannedRound;
}

export interface LookAtScheduleRequest {
  readonly cluster: string;
}

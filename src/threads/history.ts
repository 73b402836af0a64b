import { refreshHistory } from '../host/data/history.js';
import { historyMaker } from '../report/history-files.js';

export interface HistoryTask {
  readonly dataRoot: string;
  /** Runs whose reports are new. */
  readonly changed: readonly string[];
}

/** Brings the files of the history up to date: thousands of entries after years. */
export const updateHistory = ({ dataRoot, changed }: HistoryTask): void =>
  void refreshHistory(dataRoot, historyMaker, changed);

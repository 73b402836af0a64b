/** Is a workflow execution of this status open? `status` as Temporal names it; one that Temporal itself has paused is still open. */
export const isOpenExecution = (status: string): boolean => status === 'RUNNING' || status === 'PAUSED';

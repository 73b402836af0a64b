import { describe, expect, it } from 'vitest';
import { CHARTS_FOLDER, LEDGER, phaseFolder, scenarioFolder, REPORT_PAGE } from '../../src/domain/run-files.js';

describe('names in a run’s folder', () => {
  it('give every scenario a folder, and every phase of it one in there', () => {
    expect(scenarioFolder('broker-kill-single')).toBe('scenarios/broker-kill-single');
    expect(phaseFolder('broker-kill-single', 'fault')).toBe('scenarios/broker-kill-single/fault');
    expect(phaseFolder('broker-kill-single', 'validation')).toBe('scenarios/broker-kill-single/validation');
  });

  it('give the control run, which belongs to no scenario, a folder beside them', () => {
    expect(phaseFolder(null, 'control')).toBe('control');
  });

  it('are relative, since they are published and served as they are', () => {
    for (const name of [REPORT_PAGE, CHARTS_FOLDER, LEDGER, scenarioFolder('a'), phaseFolder(null, 'control')]) {
      expect(name).not.toMatch(/^\/|\\|\.\./);
    }
  });
});

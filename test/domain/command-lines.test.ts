import { expect, it } from 'vitest';
import { heldHelp, runCommandLine } from '../../src/domain/command-lines.js';

it('the command that starts a run has what was asked for, as a shell takes it', () => {
  const configPath = "/it's/my config.yml";
  expect(runCommandLine({ configPath })).toBe("robustmq-chaos round --config '/it'\\''s/my config.yml'");
  expect(runCommandLine({ configPath: 'c.yml', scenario: 'kill', sdks: ['go', 'rust'] })).toBe(
    'robustmq-chaos scenario kill --sdk go,rust --config c.yml',
  );
});

it('who is refused is told how to watch the other run, to end it, and to end it first', () => {
  expect(heldHelp('/my $c.yml', 'run 1')).toBe(
    "To watch it: robustmq-chaos status --config '/my $c.yml'. To end it in good order: robustmq-chaos cancel 'run 1' --config '/my $c.yml'. " +
      'To end it and then start the new run: the same command again with --cancel-first',
  );
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChaosError, ERRORS } from '../../domain/errors.js';
import type { NotifySettings } from '../../domain/notify-settings.js';
import type { PublishSettings } from '../../domain/publish.js';
import type { Ability } from './machine.js';
import { notifiersFor } from '../notify/index.js';
import { openPublisher } from '../publish/index.js';
import { placeOf } from '../remote/secrets.js';

/** Opening asks nobody: no request is made that this could end. */
const TIMEOUT_MS = 10_000;

/**
 * Is what the config names for publishing and telling people there and usable, as far as that can be told without asking anybody outside? Secrets
 * are looked for where this process would read them; none is in the answer.
 */
export async function integrationAbilities(
  publish: PublishSettings | null,
  notify: NotifySettings,
): Promise<readonly Ability[]> {
  return [await publishing(publish), ...telling(notify), pinging(notify)];
}

const missing = (name: string, error: unknown): Ability => {
  if (!(error instanceof ChaosError)) throw error;
  return { name, ok: false, needed: true, detail: `${error.message} — ${ERRORS[error.code].remedy}` };
};

async function publishing(settings: PublishSettings | null): Promise<Ability> {
  if (settings === null) return { name: 'publish', ok: false, needed: false, detail: 'off: reports stay on this host' };
  const { via, repository, token, deployKey } = settings;
  const name = `publish by ${via}`;
  if (!existsSync(tmpdir())) {
    const detail = `expected a folder that is there in TMPDIR, got ${tmpdir()}; unset it, or make the folder`;
    return { name, ok: false, needed: true, detail };
  }
  const workDir = mkdtempSync(join(tmpdir(), 'robustmq-chaos-doctor-'));
  try {
    await openPublisher(settings, { workDir, signal: undefined, timeoutMs: TIMEOUT_MS });
    const by =
      via === 'octokit' || deployKey === null
        ? `token found in ${placeOf(token)}`
        : `the key ${deployKey.keyFile} can be used`;
    return { name, ok: true, needed: true, detail: `to ${repository}; ${by}` };
  } catch (error) {
    return missing(name, error);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

function pinging({ pingUrl }: NotifySettings): Ability {
  const name = 'notify ping';
  if (pingUrl === null) return { name, ok: false, needed: false, detail: 'off: notify.ping_url is not set' };
  return { name, ok: true, needed: true, detail: `requests ${new URL(pingUrl).origin} after each verdict` };
}

function telling(settings: NotifySettings): readonly Ability[] {
  const found = notifiersFor(settings).flatMap(({ name, check }) =>
    check === undefined ? [] : [secretsOf(name, check)],
  );
  const off = 'off: notify names no way to tell people, e.g. notify.feishu';
  return found.length > 0 ? found : [{ name: 'notify', ok: false, needed: false, detail: off }];
}

function secretsOf(way: string, check: () => string): Ability {
  const name = `notify ${way}`;
  try {
    return { name, ok: true, needed: true, detail: check() };
  } catch (error) {
    return missing(name, error);
  }
}

// docker-compose.yml and the worker's image. No container engine is needed, and none is used: the images are never started here.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installRoot } from '../../src/host/os/tools.js';
import { SEARCH_ATTRIBUTES } from '../../src/messages/search-attributes.js';
import { skippedWithout } from '../../testing/programs.js';

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string };
  readonly restart: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const text = (path: string): string => readFileSync(join(installRoot, path), 'utf8');
const file = parse(text('docker-compose.yml')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(file.services);
/** What another service waits for the end of. */
const jobs = services
  .flatMap(([, service]) => Object.entries(service.depends_on ?? {}))
  .flatMap(([name, { condition }]) => (condition === 'service_completed_successfully' ? [name] : []));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-compose-'));
  mkdirSync(join(folder, 'deploy'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `docker-compose config` on a copy of the file, with what stands in its `.env`. */
function config(composeFile: string, env: string): { status: number | null; output: string } {
  writeFileSync(join(folder, 'docker-compose.yml'), composeFile);
  writeFileSync(join(folder, '.env'), env);
  const options = { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } } as const;
  const { status, stdout, stderr, error } = spawnSync('docker-compose', ['config'], options);
  return { status, output: error?.message ?? stdout + stderr };
}

describe.skipIf(skippedWithout('docker-compose', 'docker-compose'))('docker-compose', () => {
  const filledIn = text('.env.example').replace(/=$/gm, '=a-value');

  it('accepts the file, with every value of .env.example filled in', () => {
    expect(config(text('docker-compose.yml'), filledIn)).toMatchObject({ status: 0 });
  }, 20_000);

  it('refuses it while .env.example is not filled in', () => {
    const { status, output } = config(text('docker-compose.yml'), text('.env.example'));
    expect(status).toBe(1);
    expect(output).toContain('set it in .env');
  }, 20_000);

  it('refuses what is not in the schema of compose files', () => {
    const { status, output } = config(text('docker-compose.yml').replaceAll('healthcheck:', 'healthchecks:'), filledIn);
    expect(status).toBe(1);
    expect(output).toContain('healthchecks');
  }, 20_000);
});

describe('docker-compose.yml', () => {
  it.each(services)('pins the image of %s by its whole version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('has a health check for every service that stays, and starts each again', () => {
    expect(jobs.sort()).toEqual(['namespace', 'schema']);
    for (const [name, { healthcheck, restart }] of services) {
      expect({ name, checked: healthcheck !== undefined, restart }).toEqual({
        name,
        checked: !jobs.includes(name),
        restart: jobs.includes(name) ? 'on-failure' : 'unless-stopped',
      });
    }
  });

  it('starts nothing before what it depends on is healthy, or done', () => {
    for (const [, { depends_on: needed }] of services) {
      for (const [name, { condition }] of Object.entries(needed ?? {})) {
        expect(condition).toBe(jobs.includes(name) ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('holds no secret: what looks like one comes from .env', () => {
    const secrets = services.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([key]) => /PASSWORD|PWD|SECRET|TOKEN|KEY|WEBHOOK/.test(key)),
    );
    expect(secrets).toHaveLength(12);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:(\?set it in \.env|-)\}$/);
    expect(text('.env.example').match(/^[A-Z_]+=.+$/gm)).toBeNull();
  });

  it('names in .env.example exactly what it reads', () => {
    const read = new Set([...text('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    const named = [...text('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual([...read].sort());
  });

  it('keeps data in named volumes, and otherwise mounts folders of the project that cannot be written', () => {
    for (const mount of services.flatMap(([, { volumes }]) => volumes ?? [])) {
      const [from = '', , mode] = mount.split(':');
      if (from in file.volumes) continue;
      expect(mode).toBe('ro');
      expect(existsSync(join(installRoot, from))).toBe(true);
    }
    expect(Object.keys(file.volumes)).toEqual(['postgres', 'data']);
  });

  it('is reached from this machine alone', () => {
    for (const port of services.flatMap(([, { ports }]) => ports ?? [])) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('the folder deploy', () => {
  it.each(readdirSync(join(installRoot, 'deploy')).filter((name) => name.endsWith('.sh')))(
    'has in %s a script that a plain shell can read',
    (name) => {
      expect(spawnSync('sh', ['-n', join(installRoot, 'deploy', name)], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );

  it('creates the search attributes that the workflows set', () => {
    const created = [...text('deploy/setup-namespace.sh').matchAll(/--name (\w+) --type Keyword/g)];
    expect(created.map(([, name]) => name).sort()).toEqual(SEARCH_ATTRIBUTES.map(({ name }) => name).sort());
  });
});

describe('the image of the worker', () => {
  const dockerfile = text('deploy/worker.Dockerfile');

  it('is built from the file that docker-compose.yml names, and starts what that starts', () => {
    expect(file.services['worker']?.build?.dockerfile).toBe('deploy/worker.Dockerfile');
    const command = /^CMD (.*)$/m.exec(dockerfile)?.[1];
    expect(JSON.parse(command ?? 'null')).toEqual(file.services['worker']?.command);
  });

  it('gets what is there once set-up has run, and nothing of this machine', () => {
    const taken = [...dockerfile.matchAll(/^COPY --from=build \/opt\/robustmq-chaos\/(\S+)/gm)].map(
      ([, path]) => path!,
    );
    expect(taken).toContain('dist');
    for (const path of taken) expect(existsSync(join(installRoot, path))).toBe(true);
    const ignored = text('.dockerignore').split('\n');
    for (const name of ['.git', '.env', '.tools', 'data', 'dist', 'node_modules']) expect(ignored).toContain(name);
  });
});

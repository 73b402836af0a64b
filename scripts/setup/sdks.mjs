// The SDK clients that set-up builds: a new one is a folder under sdk_clients/ and an entry here.
// `artefact` is what its build.sh leaves, and `builtFrom` what it reads (without it: everything in the folder), both relative
// to the folder, as is `ownTests`, the command that runs its own tests; `coldSeconds` only decides what starts first;
// `after` is the step that has to be done before.

/**
 * @typedef {{ name: string, needs: string[], artefact: string, builtFrom?: string[], ownTests: [string, ...string[]],
 *   coldSeconds: number, after?: string }} Sdk
 */

/** A Java client is built from its own folder and from what they have in common. */
const JAVA_SOURCES = ['.', '../java-common'];

/** @type {Sdk[]} */
export const sdks = [
  {
    name: 'python',
    needs: ['python'],
    artefact: '.venv/complete',
    builtFrom: ['build.sh', 'requirements.txt'],
    ownTests: ['.venv/bin/python', '-m', 'unittest', '--quiet'],
    coldSeconds: 15,
  },
  {
    name: 'go',
    needs: ['go', 'git'],
    artefact: 'bin/basic-pubsub',
    ownTests: ['go', 'test', './...'],
    coldSeconds: 20,
  },
  {
    name: 'rust',
    needs: ['cargo', 'cc'],
    artefact: 'target/release/sdk-client',
    // In release, because the dependencies were built so.
    ownTests: ['cargo', 'test', '--quiet', '--release', '--locked'],
    coldSeconds: 60,
  },
  {
    name: 'java',
    needs: ['jdk', 'maven'],
    artefact: 'dist/client.jar',
    builtFrom: JAVA_SOURCES,
    ownTests: ['mvn', '--quiet', '--batch-mode', 'test'],
    coldSeconds: 40,
  },
  {
    name: 'java-paho',
    needs: ['jdk', 'maven'],
    artefact: 'dist/client.jar',
    builtFrom: JAVA_SOURCES,
    ownTests: ['mvn', '--quiet', '--batch-mode', 'test'],
    coldSeconds: 15,
    // Two that fill an empty folder of Maven's at once take each other's half-written files.
    after: 'sdk-java',
  },
];

// The environment of the steps: set-up builds the same, whatever a person has set for projects of his own.

import { statSync } from 'node:fs';

/**
 * What changes where a build goes to, for which machine it is, or what it is made from. Where things are loaded from (proxies, mirrors, certificates, caches)
 * is the person's own business, and stays.
 */
const CHANGES_BUILDS = [
  /^CARGO_(TARGET_DIR|BUILD_.*|ENCODED_RUSTFLAGS|INCREMENTAL|PROFILE_.*|UNSTABLE_.*)$/,
  /^RUST(FLAGS|DOCFLAGS|C|C_WRAPPER|C_WORKSPACE_WRAPPER)$/,
  /^GO(FLAGS|OS|ARCH|ARM|AMD64|ARM64|WORK|BIN|ROOT|EXPERIMENT|TOOLDIR)$/,
  /^GO111MODULE$|^CGO_/,
  /^PIP_(USER|TARGET|PREFIX|ROOT|PYTHON|REQUIRE_VIRTUALENV|NO_DEPS|DRY_RUN|IGNORE_INSTALLED|REQUIREMENT|CONSTRAINT|NO_BINARY|ONLY_BINARY|PLATFORM|ABI)$/,
  /^PYTHON(PATH|HOME|STARTUP|USERBASE|PLATLIBDIR|SAFEPATH|NOUSERSITE)$|^VIRTUAL_ENV/,
  /^MAVEN_ARGS$|^(JAVA_TOOL|_JAVA|JDK_JAVA|JDK_JAVAC)_OPTIONS$|^CLASSPATH$/,
  /^NODE_(OPTIONS|PATH|ENV)$/,
  /^npm_config_(prefix|global|location|omit|production|only|ignore_scripts|dry_run|package_lock|install_strategy|workspaces?)$/i,
];

/** Folders for what is not kept. */
const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP', 'GOTMPDIR'];

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Record<string, string>}
 */
export function stepEnvironment(env) {
  // Go and others do not look for another folder if this one is not there.
  const isThere = (/** @type {string} */ name, /** @type {string | undefined} */ value) =>
    !TEMPORARY.includes(name) || (value !== undefined && statSync(value, { throwIfNoEntry: false })?.isDirectory());
  const kept = Object.entries(env).filter(([name]) => !CHANGES_BUILDS.some((pattern) => pattern.test(name)));
  /** @type {Record<string, string>} */
  const own = {};
  for (const [name, value] of kept) if (value !== undefined && isThere(name, value)) own[name] = value;
  // A workspace above this folder is none of ours, and no variable names it.
  return { ...own, GOWORK: 'off' };
}

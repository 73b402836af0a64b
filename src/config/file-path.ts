import { z } from 'zod';

/** A path of the config. A shell would replace `~` and variables in it, and nobody else does: a folder called `~` is never what was meant. */
export const filePath = z
  .string()
  .min(1)
  .superRefine((path, context) => {
    const what = path.startsWith('~') ? '~ is' : /\$(\{\w+\}|[A-Za-z_])/.test(path) ? 'variables are' : undefined;
    if (what === undefined) return;
    const message = `expected a path as it is, got ${path}: ${what} not expanded here; write the whole path`;
    context.addIssue({ code: 'custom', message });
  });

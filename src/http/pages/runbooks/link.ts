import { PROBLEM_CODES } from '../../../model/problem.ts';

/** Where a link of our documents leads on our pages; what is not served here is only words. `own`: the page that it stands on. */
export function documentLink(own: string | null = null): (target: string) => string | null {
  return (target) => {
    if (target.startsWith('https://')) return target;
    const file = /^(?:\.\.?\/)?(?:runbooks\/)?([\w-]+)\.md$/.exec(target)?.[1];
    if (file === own) return null;
    if (file === 'playbook') return '/playbook';
    if (file === 'README') return '/runbooks';
    const code = PROBLEM_CODES.find((known) => known === file);
    return code === undefined ? null : `/runbooks/${code}`;
  };
}

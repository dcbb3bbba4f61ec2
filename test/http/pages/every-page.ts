/** One address of every kind of page. */
export function everyPage(tenant: string, incident: string): readonly string[] {
  return [
    '/',
    '/?q=nobody',
    `/tenants/${tenant}`,
    '/incidents',
    `/incidents/${incident}`,
    `/incidents/${incident}/post-mortem`,
    '/claims',
    '/silences',
    '/runbooks',
    '/runbooks/certificate-on-tenant-app',
    '/playbook',
    '/settings',
    '/tenants/nobody',
    '/nowhere',
  ];
}

/** The tenant's app and its machines. */
import { ofTenant, problems } from '../problem.ts';
import { appCrashing, appMissing, appStopped, appWontStart } from '../remedies/apps.ts';

export const APPS = problems<`tenant-app-${'missing' | 'stopped' | 'crashing' | 'wont-start'}`>('tenant', {
  'tenant-app-missing': {
    title: 'The tenant’s app does not exist',
    explanation:
      'Fly knows no app of this name in the organization: it was never created, was deleted, or is called otherwise. Users get an error page from the proxy.',
    toldApartBy:
      'The API answers that the app is not found, with a token that can see the organization’s other apps.',
    curedByWaiting: false,
    remedy: ofTenant(appMissing),
  },
  'tenant-app-stopped': {
    title: 'The tenant’s app is stopped',
    explanation:
      'No machine of the app runs, and the proxy may not start one for a request. Users get a 502 or 503 although TLS works. Machines that sleep and may be started are fine and not meant here.',
    toldApartBy:
      'All machines are stopped or suspended and at least one of them is not started automatically.',
    curedByWaiting: false,
    remedy: ofTenant(appStopped),
  },
  'tenant-app-crashing': {
    title: 'The tenant’s app keeps crashing',
    explanation:
      'Machines of the app start and exit again. Users get 502 errors, or a page now and then between two crashes.',
    toldApartBy:
      'The machines’ last exits were crashes, or they restarted on their own shortly before; the direct request fails too.',
    curedByWaiting: true,
    remedy: ofTenant(appCrashing),
  },
  'tenant-app-wont-start': {
    title: 'The tenant’s app does not wake up',
    explanation:
      'All machines sleep and should be started by a request, but that start fails: no capacity in the region, a failing check, a crash on start. Users wait and then get a 503.',
    toldApartBy:
      'Every machine may be started by the proxy, none is started, and a direct request is answered with 503.',
    curedByWaiting: true,
    remedy: ofTenant(appWontStart),
  },
});

import { z } from 'zod';

/**
 * The parts of Fly's answers that the client reads. Fields beyond these may come and go; one that is missing where it
 * is required here makes the answer unreadable, which is `unknown` and never "there is none".
 */

const text = z.string().nullish();
const flag = z.boolean().nullish();
const count = z.number().int().nonnegative();

export const certificateSummary = z.object({
  hostname: z.string(),
  status: text,
  configured: flag,
  acme_requested: flag,
  has_custom_certificate: flag,
  has_fly_certificate: flag,
  created_at: text,
});

export const certificateList = z.object({
  certificates: z.array(certificateSummary).nullish(),
  next_cursor: text,
  total_count: count.nullish(),
});

export const issuedCertificate = z.object({ expires_at: text });

export const certificateEntry = z.object({
  source: text,
  status: text,
  created_at: text,
  expires_at: text,
  issued: z.array(issuedCertificate).nullish(),
});

export const validationError = z.object({ code: text, message: text, remediation: text });

export const certificateDetail = z.object({
  hostname: z.string(),
  status: text,
  configured: flag,
  acme_requested: flag,
  certificates: z.array(certificateEntry).nullish(),
  validation_errors: z.array(validationError).nullish(),
  rate_limited_until: text,
});

export const machineService = z.object({ autostart: flag });

export const machineConfig = z.object({
  services: z.array(machineService).nullish(),
  disable_machine_autostart: flag,
});

/** What a machine's event of type `exit` carries; Fly's OpenAPI document calls it an object and says no more. */
export const exitRequest = z.object({
  exit_event: z
    .object({
      exit_code: z.number().nullish(),
      guest_exit_code: z.number().nullish(),
      guest_signal: z.number().nullish(),
      oom_killed: flag,
      requested_stop: flag,
    })
    .nullish(),
});

export const machineEvent = z.object({
  type: text,
  timestamp: z.number().nullish(),
  request: z.unknown().optional(),
});

export const machine = z.object({
  id: z.string(),
  state: z.string(),
  region: text,
  updated_at: text,
  config: machineConfig.nullish(),
  incomplete_config: machineConfig.nullish(),
  events: z.array(machineEvent).nullish(),
});

export const machineList = z.array(machine);

export const orgMachine = z.object({
  id: z.string(),
  app_name: z.string(),
  state: z.string(),
  region: text,
  updated_at: text,
  version: text,
  instance_id: text,
});

export const orgMachineList = z.object({
  machines: z.array(orgMachine).nullish(),
  next_cursor: text,
  error_regions: z.array(z.string()).nullish(),
});

export const ipAssignment = z.object({ ip: z.string() });
export const ipAssignmentList = z.object({ ips: z.array(ipAssignment).nullish() });

export const app = z.object({ name: z.string() });
export const appList = z.object({ apps: z.array(app).nullish(), total_apps: count.nullish() });

export const tokenInfo = z.object({
  token_id: text,
  org_slug: text,
  apps: z.array(z.string()).nullish(),
  user: text,
});
export const currentToken = z.object({ tokens: z.array(tokenInfo).nullish() });

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: text });

export const graphqlCertificate = z.object({
  hostname: z.string(),
  clientStatus: z.string(),
  isConfigured: flag,
  createdAt: text,
  source: text,
  issued: z.object({ nodes: z.array(z.object({ expiresAt: text }).nullable()).nullish() }).nullish(),
});

const graphqlCertificates = z.object({
  totalCount: count,
  pageInfo,
  nodes: z.array(graphqlCertificate.nullable()).nullish(),
});

export const graphqlRelease = z.object({
  id: z.string(),
  version: z.number().int(),
  status: text,
  reason: text,
  description: text,
  imageRef: text,
  createdAt: z.string(),
  user: z.object({ name: text, email: text }).nullish(),
});

/** `config` is a JSON scalar: an object, or the text of one. */
export const configuredMachines = z.object({
  nodes: z.array(z.object({ id: z.string(), config: z.unknown().optional() }).nullable()).nullish(),
});

export const inventoryPage = z.object({
  apps: z.object({
    totalCount: count,
    pageInfo,
    nodes: z
      .array(
        z
          .object({
            name: z.string(),
            status: text,
            certificates: graphqlCertificates,
            currentReleaseUnprocessed: graphqlRelease.nullish(),
            machines: configuredMachines.nullish(),
          })
          .nullable(),
      )
      .nullish(),
  }),
});

export const appCertificatesPage = z.object({
  app: z.object({ certificates: graphqlCertificates }).nullable(),
});

export const appMachinesPage = z.object({
  app: z
    .object({
      machines: z.object({
        totalCount: count,
        pageInfo,
        nodes: z
          .array(
            z
              .object({
                id: z.string(),
                state: z.string(),
                region: text,
                updatedAt: text,
                config: z.unknown().optional(),
              })
              .nullable(),
          )
          .nullish(),
      }),
    })
    .nullable(),
});

export const appAddresses = z.object({
  app: z
    .object({
      sharedIpAddress: text,
      ipAddresses: z.object({
        totalCount: count,
        nodes: z.array(z.object({ address: z.string() }).nullable()).nullish(),
      }),
    })
    .nullable(),
});

export const appNamesPage = z.object({
  apps: z.object({
    totalCount: count,
    pageInfo,
    nodes: z.array(z.object({ name: z.string() }).nullable()).nullish(),
  }),
});

export const releasesPage = z.object({
  app: z
    .object({ releasesUnprocessed: z.object({ nodes: z.array(graphqlRelease.nullable()).nullish() }) })
    .nullable(),
});

const organization = z.object({ id: z.string(), slug: z.string(), name: text });
export const organizationAnswer = z.object({ organization: organization.nullable() });
export const organizationsPage = z.object({
  organizations: z.object({ nodes: z.array(organization.nullable()).nullish() }),
});

export const machineConfigsAnswer = z.record(
  z.string(),
  z.object({ machines: configuredMachines.nullish() }).nullable(),
);

export const graphqlEnvelope = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: text,
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        extensions: z.object({ code: text }).nullish(),
      }),
    )
    .nullish(),
});

export const logPage = z.object({
  data: z
    .array(
      z.object({
        attributes: z.object({
          timestamp: text,
          message: text,
          level: text,
          instance: text,
          region: text,
        }),
      }),
    )
    .nullish(),
  meta: z.object({ next_token: text }).nullish(),
});

export const prometheusVector = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.object({ servername: text }),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

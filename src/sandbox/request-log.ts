/** One request to the Fly API, for assertions. Never the token itself. */
export interface ApiRequest {
  readonly at: number;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly host: string;
  readonly tokenPresent: boolean;
  /** Names of the GraphQL operations and fields at the root, empty for REST. */
  readonly fields: readonly string[];
  readonly status: number;
}

export interface RequestLog {
  readonly add: (request: ApiRequest) => void;
  readonly all: () => readonly ApiRequest[];
}

const KEPT = 10_000;

export function createRequestLog(): RequestLog {
  let requests: ApiRequest[] = [];
  return {
    add: (request) => {
      requests.push(request);
      if (requests.length >= 2 * KEPT) requests = requests.slice(-KEPT);
    },
    all: () => requests.slice(-KEPT),
  };
}

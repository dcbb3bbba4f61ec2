import type { Clock } from '../model/time.ts';
import { createChannelHttp } from './http.ts';

/** Hosts that Slack gives as `response_url`. */
const SLACK_ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];

/** Answers whoever pressed a button. */
export interface SlackAnswers {
  /** Never throws; false when it was not sent: the address is not Slack's, or Slack did not take it. */
  readonly answer: (responseUrl: string, text: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/**
 * What a button's request is answered with is shown to nobody; a message to its `response_url` is, to the one who pressed.
 * @param apiUrls where the configured apps have their API: their origins are Slack's as well
 */
export function createSlackAnswers(
  apiUrls: readonly string[],
  settings: { readonly userAgent: string; readonly clock: Clock },
): SlackAnswers {
  const origins = new Set([...SLACK_ORIGINS, ...apiUrls.map((url) => new URL(url).origin)]);
  const http = createChannelHttp(settings);
  return {
    answer: async (responseUrl, text) => {
      if (!URL.canParse(responseUrl) || !origins.has(new URL(responseUrl).origin)) return false;
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const answer = await http.post({
        url: responseUrl,
        headers: {},
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text: escaped }),
        signal: new AbortController().signal,
      });
      return answer.ok && answer.status === 200;
    },
    close: http.close,
  };
}

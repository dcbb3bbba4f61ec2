import { Fragment, type JSX } from 'preact';

const NAME = /[a-z0-9]\.[a-z0-9]/iu;
const BEFORE_LABEL = /(?<=[a-z0-9])(?=\.[a-z0-9])/iu;

/**
 * A text in which hostnames stay whole: one that does not fit goes to the next line, with the comma behind it. Only one that is longer
 * than a line breaks, before a dot and not in the middle of a label. Copies as it is.
 */
export function Breakable({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split(/(\s+)/u).map((word, index) =>
        NAME.test(word) ? (
          <bdi key={index}>
            {word.split(BEFORE_LABEL).map((label, at) => (
              <Fragment key={at}>
                {at > 0 && <wbr />}
                {label}
              </Fragment>
            ))}
          </bdi>
        ) : (
          word
        ),
      )}
    </>
  );
}

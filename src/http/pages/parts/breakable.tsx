import { Fragment, type JSX } from 'preact';

/** A text in which long hostnames may break before their dots, and not in the middle of a label. Copies as it is. */
export function Breakable({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split(/(?<=[a-z0-9])(?=\.[a-z0-9])/iu).map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

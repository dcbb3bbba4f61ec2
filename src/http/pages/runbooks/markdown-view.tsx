import type { JSX } from 'preact';
import { parseMarkdown, type Block, type Inline } from './markdown.ts';

interface MarkdownProps {
  readonly text: string;
  /** The address that a link leads to on our pages; null: no link, only its words. */
  readonly link: (target: string) => string | null;
}

export function Markdown({ text, link }: MarkdownProps): JSX.Element {
  return (
    <>
      {parseMarkdown(text).map((block, index) => (
        <BlockView key={index} block={block} link={link} />
      ))}
    </>
  );
}

function BlockView({
  block,
  link,
}: {
  readonly block: Block;
  readonly link: MarkdownProps['link'];
}): JSX.Element {
  const words = (of: readonly Inline[]): readonly JSX.Element[] =>
    of.map((one, index) => <InlineView key={index} of={one} link={link} />);
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? <h1>{words(block.text)}</h1> : <h2>{words(block.text)}</h2>;
    case 'paragraph':
      return <p>{words(block.text)}</p>;
    case 'code':
      return (
        <div class="command">
          <pre tabIndex={0}>
            <code>{block.text}</code>
          </pre>
        </div>
      );
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List>
          {block.items.map((item, index) => (
            <li key={index}>{words(item)}</li>
          ))}
        </List>
      );
    }
    case 'table':
      return (
        <div class="scroll" tabIndex={0} role="region" aria-label="Table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th key={index} scope="col">
                    {words(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{words(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function InlineView({
  of,
  link,
}: {
  readonly of: Inline;
  readonly link: MarkdownProps['link'];
}): JSX.Element {
  switch (of.kind) {
    case 'text':
      return <>{of.text}</>;
    case 'code': {
      // A problem's code leads to its page wherever it is named.
      const href = link(`${of.text}.md`);
      return href === null ? (
        <code>{of.text}</code>
      ) : (
        <a href={href}>
          <code>{of.text}</code>
        </a>
      );
    }
    case 'strong':
      return <strong>{of.text}</strong>;
    case 'emphasis':
      return <em>{of.text}</em>;
    case 'link': {
      const words = of.code ? <code>{of.text}</code> : of.text;
      const href = link(of.target);
      return href === null ? <>{words}</> : <a href={href}>{words}</a>;
    }
  }
}

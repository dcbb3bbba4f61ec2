import type { JSX } from 'preact';
import { Fragment } from 'preact';
import { Breakable } from '../parts/breakable.tsx';
import type { Inline } from './inline.ts';
import { parseMarkdown, type Block } from './parse.ts';

interface MarkdownProps {
  readonly text: string;
  /** The address that a link leads to on our pages; null: no link, only its words. */
  readonly link: Link;
}

type Link = (target: string) => string | null;

export function Markdown({ text, link }: MarkdownProps): JSX.Element {
  return <Blocks blocks={parseMarkdown(text)} link={link} />;
}

function Blocks({ blocks, link }: { readonly blocks: readonly Block[]; readonly link: Link }): JSX.Element {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} link={link} />
      ))}
    </>
  );
}

function BlockView({ block, link }: { readonly block: Block; readonly link: Link }): JSX.Element {
  const words = (of: readonly Inline[]): JSX.Element => <Words of={of} link={link} />;
  switch (block.kind) {
    case 'heading': {
      const Heading = block.level === 1 ? 'h1' : block.level === 2 ? 'h2' : 'h3';
      return <Heading>{words(block.text)}</Heading>;
    }
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
          {block.items.map(({ text, below }, index) => (
            <li key={index} class={text[0]?.kind === 'task' ? 'task' : undefined}>
              {words(text)}
              <Blocks blocks={below} link={link} />
            </li>
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

function Words({ of, link }: { readonly of: readonly Inline[]; readonly link: Link }): JSX.Element {
  return (
    <>
      {of.map((one, index) => (
        <Fragment key={index}>{inlineOf(one, link)}</Fragment>
      ))}
    </>
  );
}

function inlineOf(of: Inline, link: Link): JSX.Element {
  switch (of.kind) {
    case 'text':
      return <Breakable text={of.text} />;
    case 'code':
      // A problem's code leads to its page wherever it is named.
      return linked(/^[\w-]+$/.test(of.text) ? link(`${of.text}.md`) : null, <code>{of.text}</code>);
    case 'strong':
      return <strong>{of.text}</strong>;
    case 'emphasis':
      return <em>{of.text}</em>;
    case 'task':
      return <span class="task-mark" role="img" aria-label={of.done ? 'done' : 'to do'} />;
    case 'link':
      return linked(link(of.target), of.code ? <code>{of.text}</code> : <>{of.text}</>);
  }
}

function linked(href: string | null, words: JSX.Element): JSX.Element {
  return href === null ? words : <a href={href}>{words}</a>;
}

/** A Slack message as it would be read, in plain text for a terminal. Blocks of kinds it does not know are named. */
export function renderSlackText(payload: unknown): string {
  const message = fieldsOf(payload);
  const attachments = listOf(message.attachments).map(fieldsOf);
  const blocks = [
    ...listOf(message.blocks),
    ...attachments.flatMap((attachment) => listOf(attachment.blocks)),
  ];
  const lines = blocks.length > 0 ? blocks.flatMap(renderBlock) : [mrkdwn(textOf(message.text))];
  return lines
    .filter((line, index) => line !== '' || lines[index - 1] !== '')
    .join('\n')
    .trim();
}

type Fields = Readonly<Record<string, unknown>>;

function renderBlock(block: unknown): readonly string[] {
  const { type, ...rest } = fieldsOf(block);
  switch (type) {
    case 'header':
      return [objectText(rest.text), ''];
    case 'section':
      return [
        ...(rest.text === undefined ? [] : objectText(rest.text).split('\n')),
        ...listOf(rest.fields).map((field) => `  ${objectText(field).replaceAll('\n', ' ')}`),
        '',
      ];
    case 'context':
      return [listOf(rest.elements).map(objectText).join('  '), ''];
    case 'divider':
      return ['────────────────────────', ''];
    case 'rich_text':
      return [...listOf(rest.elements).flatMap(renderRichText), ''];
    case 'actions':
      return [
        listOf(rest.elements)
          .map((element) => `[ ${objectText(fieldsOf(element).text)} ]`)
          .join('  '),
        '',
      ];
    default:
      return [`(${textOf(type)} block)`, ''];
  }
}

function renderRichText(element: unknown): readonly string[] {
  const { type, elements, style } = fieldsOf(element);
  switch (type) {
    case 'rich_text_preformatted':
      return inline(elements)
        .split('\n')
        .map((line) => `    ${line}`);
    case 'rich_text_list':
      return listOf(elements).map(
        (item, index) =>
          `  ${style === 'ordered' ? `${index + 1}.` : '•'} ${inline(fieldsOf(item).elements)}`,
      );
    case 'rich_text_quote':
      return inline(elements)
        .split('\n')
        .map((line) => `  | ${line}`);
    default:
      return inline(elements).split('\n');
  }
}

function inline(elements: unknown): string {
  return listOf(elements)
    .map(fieldsOf)
    .map(({ type, text, url, name }) => {
      if (type === 'link') return text === undefined ? textOf(url) : `${textOf(text)} (${textOf(url)})`;
      return type === 'emoji' ? `:${textOf(name)}:` : textOf(text);
    })
    .join('');
}

/** A text object: only `mrkdwn` has markup, `plain_text` means what it says. */
function objectText(object: unknown): string {
  if (typeof object === 'string') return object;
  const { type, text } = fieldsOf(object);
  return type === 'mrkdwn' ? mrkdwn(textOf(text)) : textOf(text);
}

/** Slack's markup as text: links with their address, the three escapes undone last. */
function mrkdwn(text: string): string {
  return (
    text
      // A date in the reader's zone; without a reader its fallback.
      .replace(/<!date\^[^|>]*\|([^>]+)>/g, '$1')
      .replace(/<((?:https?|mailto):[^|>]+)\|([^>]+)>/g, '$2 ($1)')
      .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
      .replace(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s).,:;!?])/gm, '$1$2')
      .replaceAll('```', '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

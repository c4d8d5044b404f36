const inBraces = /\{([^{}]*)\}/g;

/** The expressions that stand in braces in a rule's text, in their order, each once. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(inBraces)].map(([, expression]) => expression!.trim()))];
}

/** A rule's text with something else in the place of each expression in braces. */
export function fillPlaceholders(text: string, written: (expression: string) => string): string {
  return text.replace(inBraces, (_, expression: string) => written(expression.trim()));
}

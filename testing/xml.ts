import { DOMParser, type Element } from '@xmldom/xmldom';

/** The root of a file that must be XML: anything that a strict reader complains of is an error. */
export function readXml(text: string): Element {
  const onError = (level: string, message: string): never => {
    throw new Error(`${level}: ${message}`);
  };
  const root = new DOMParser({ onError }).parseFromString(text, 'text/xml').documentElement;
  if (root === null) throw new Error('expected an element, found none');
  return root;
}

/** Every element of this name below, in the order of the file. */
export const elements = (root: Element, name: string): Element[] => Array.from(root.getElementsByTagName(name));

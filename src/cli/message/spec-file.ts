import { XMLParser } from 'fast-xml-parser'
import { loadJposPackager } from '../../iso8583/load-jpos-packager.ts'
import { loadJsonSpec } from '../../iso8583/load-json-spec.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import { UsageFailure } from '../failure.ts'
import { BUILT_IN_SPECS } from './dialects.ts'
import { readText } from './input.ts'

/** A spec from a JSON file or a jPOS GenericPackager XML file; what is wrong in it is named by field. */
export async function loadSpecFile(path: string): Promise<MessageSpec> {
  const text = await readText(path)
  const loaded = /^\s*</.test(text)
    ? loadJposPackager(parseSpecXml(path, text), path)
    : loadJsonSpec(parseJson(path, text), BUILT_IN_SPECS)
  if (loaded.ok) return loaded.value
  throw new UsageFailure(`${path}: ${loaded.error.place}: ${loaded.error.reason}`)
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageFailure(`${path} is neither JSON nor XML`)
  }
}

/** The objects of a GenericPackager file as `loadJposPackager` takes them. @throws {UsageFailure} when it is no XML. */
export function parseSpecXml(path: string, text: string): unknown {
  try {
    return new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      processEntities: false,
      parseAttributeValue: false,
      isArray: (name) => name === 'isofield' || name === 'isofieldpackager',
    }).parse(text, true)
  } catch {
    throw new UsageFailure(`${path} is not well-formed XML`)
  }
}

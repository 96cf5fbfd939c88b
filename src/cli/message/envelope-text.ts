import type { Reading } from '../../iso8583/detect-dialect.ts'
import { APPLICATION_CLASSES, PROCESSING_REQUESTS, parsePosHeader } from '../../iso8583/framing/pos-header.ts'
import type { CliLanguage } from '../language.ts'

/** Dialect, TPDU and header in lines, each ended. */
export function describeEnvelope(reading: Reading, language: CliLanguage): string {
  const { tpdu, header } = reading.envelope
  const lines = [`${language === 'zh' ? '方言' : 'dialect'} ${reading.codec.spec.id}`]
  if (tpdu !== undefined) {
    const [id, destination, source] = [tpdu.slice(0, 2), tpdu.slice(2, 6), tpdu.slice(6)]
    const words =
      language === 'zh'
        ? `标识 ${id} 目的 ${destination} 源 ${source}`
        : `ID ${id} destination ${destination} source ${source}`
    lines.push(`TPDU   ${tpdu}  ${words}`)
  }
  if (header !== undefined)
    lines.push(`${language === 'zh' ? '报文头' : 'header'} ${header}  ${describeHeader(header, language)}`)
  return `${lines.join('\n')}\n`
}

function describeHeader(text: string, language: CliLanguage): string {
  const header = parsePosHeader(text)
  if (header === undefined) return ''
  const application = APPLICATION_CLASSES[header.applicationClass]?.[language] ?? header.applicationClass
  const request = PROCESSING_REQUESTS[header.processingRequest]?.[language] ?? header.processingRequest
  const version = `${header.softwareMajorVersion}.${header.softwareMinorVersion}`
  return language === 'zh'
    ? `应用类别:${application};版本 ${version};终端状态 ${header.terminalStatus};处理要求:${request}`
    : `${application}; version ${version}; terminal status ${header.terminalStatus}; processing request: ${request}`
}

import { equalBytes, toHex } from '../../../src/base/bytes.ts'
import {
  decodeTlvs,
  decodeTree,
  encodeTlvs,
  findTlv,
  isConstructed,
  salvageTlvs,
  TLV_DEPTH_MAX,
  type Tlv,
  type TlvNode,
} from '../../../src/emv/ber-tlv.ts'
import { describeTlv } from '../../../src/emv/describe-tlv.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { chipObjects } from '../seed-inputs.ts'
import { changeTlvs } from '../tlv-mutator.ts'

/** BER-TLV: decoding, encoding and decoding again is a fixed point; a salvaged dump agrees with a whole one. */
export const target: FuzzTarget = {
  sizeMax: 1024,
  seeds: chipObjects,
  run(input) {
    const decoded = decodeTlvs(input)
    const salvaged = salvageTlvs(input)
    if (decoded.ok) {
      must(
        salvaged.error === undefined && isSame(salvaged.items, decoded.value),
        'a whole dump is salvaged otherwise',
      )
      const encoded = encodeTlvs(decoded.value.map(({ tag, value }) => [tag, value]))
      must(encoded.length <= input.length, 'the shortest form is longer')
      const again = decodeTlvs(encoded)
      must(again.ok && isSame(again.value, decoded.value), 'encoding changes the objects')
    } else {
      must(salvaged.error?.kind === decoded.error.kind, 'the reasons differ')
      must(salvaged.error.offset === decoded.error.offset, 'the places differ')
      must(decoded.error.offset < input.length, 'the place is outside')
    }
    const tree = decodeTree(input)
    if (tree.ok) {
      must(decoded.ok, 'a tree of what has no first level')
      checkNodes(tree.value, 1, input)
    }
    for (const { tag, value } of salvaged.items) {
      describeTlv(tag, value, 'zh')
      describeTlv(tag, value, 'en')
      must(!decoded.ok || findTlv(input, tag) !== undefined, 'an object is not found')
    }
  },
  mutate: (input, random) => changeTlvs(input, random),
}

function checkNodes(nodes: readonly TlvNode[], depth: number, whole: Uint8Array): void {
  must(depth <= TLV_DEPTH_MAX, 'deeper than allowed')
  for (const { tag, value, children } of nodes) {
    must(value.buffer === whole.buffer, 'a value is no view')
    must(isConstructed(tag) || children.length === 0, 'a primitive object has children')
    checkNodes(children, depth + 1, whole)
  }
}

function isSame(left: readonly Tlv[], right: readonly Tlv[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ tag, value }, index) => {
      const other = right[index]
      return (
        other !== undefined &&
        tag === other.tag &&
        equalBytes(value, other.value) &&
        toHex(value) === toHex(other.value)
      )
    })
  )
}

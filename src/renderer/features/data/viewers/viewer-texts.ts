import { makeTexts } from '../../../language/index.ts'

/** The names of the ways to show a value, and what they say themselves. */
export const useViewerTexts = makeTexts('viewers', {
  en: {
    json: 'JSON',
    tree: 'Tree',
    text: 'Text',
    hex: 'Hex',
    msgpack: 'MessagePack',
    cbor: 'CBOR',
    image: 'Image',
    others: 'Show in another way',
    notSo: 'This value is not {{format}}.',
    notText: 'This value is not text: its bytes are not UTF-8.',
    notImage: 'This value cannot be drawn as an image.',
    tagged: 'tagged',
    bytes_one: '{{n}} byte',
    bytes_other: '{{n}} bytes',
  },
  'zh-CN': {
    json: 'JSON',
    tree: '树',
    text: '文本',
    hex: '十六进制',
    msgpack: 'MessagePack',
    cbor: 'CBOR',
    image: '图像',
    others: '以其他方式显示',
    notSo: '此值不是 {{format}}。',
    notText: '此值不是文本：其字节不是 UTF-8。',
    notImage: '无法将此值显示为图像。',
    tagged: '带标签',
    bytes_other: '{{n}} 字节',
  },
})

package codec

import "testing"

func FuzzNetGob(f *testing.F) { fuzzNet(f, Gob{}) }

func FuzzNetJSON(f *testing.F) { fuzzNet(f, JSON{}) }

func FuzzNetJSONv2(f *testing.F) { fuzzNet(f, JSONv2{}) }

func FuzzNetBinary(f *testing.F) { fuzzNet(f, Binary{}) }

func FuzzNetCBOR(f *testing.F) { fuzzNet(f, CBOR{}) }

func FuzzNetMsgPack(f *testing.F) { fuzzNet(f, MsgPack{}) }

// fuzzNet is [TestNet] with the type and the first decisions made by the fuzzer, and all
// others by a seed that it chooses. The types are so many and no more, because none is
// ever given back.
func fuzzNet(f *testing.F, c Codec) {
	f.Add(uint16(1), []byte{}, uint64(1))
	f.Add(uint16(2), []byte{4, 3, 0, 0}, uint64(2)) // several messages
	f.Fuzz(func(t *testing.T, kind uint16, decisions []byte, seed uint64) {
		elem := acceptedType(c, newChance(nil, uint64(kind)), newTally())
		if elem == nil {
			t.Skip("of this type no values are carried")
		}
		if err := sailWith(c, elem, newChance(decisions, seed), newTally()); err != nil {
			t.Fatal(err)
		}
	})
}

package factor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest returns a hash over the factors of all outs, which depends on their
// order and is the same in every shape.
func Digest[Out any](outs []Out, factors func(Out) []uint64) string {
	hash := sha256.New()
	var buf []byte
	for _, out := range outs {
		primes := factors(out)
		buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(len(primes)))
		for _, p := range primes {
			buf = binary.LittleEndian.AppendUint64(buf, p)
		}
		hash.Write(buf)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

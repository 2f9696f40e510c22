package bytesize

import (
	"math"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "4096": 4096, "4096B": 4096, "7b": 7, "007": 7,
		"4KiB": 4096, "4K": 4096, "4k": 4096, "4kib": 4096, "4KB": 4000, "4kB": 4000,
		"256MiB": 256 << 20, "256M": 256 << 20, "256MB": 256e6, "2GiB": 2 << 30, "2g": 2 << 30, "2GB": 2e9,
		"1TiB": 1 << 40, "1t": 1 << 40, "1TB": 1e12, "1.5GiB": 3 << 29, "0.5K": 512, "1.0": 1, "64.25kB": 64250,
		"9223372036854775807": math.MaxInt64, "8388607TiB": 8388607 << 40,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "B", "KiB", "-1", "+1", "1 KiB", " 1", "1KiBB", "1i", "1iB", "1PiB", "0.3", "1.0001kB", "1e3", "0x10", "1/2", "1_000", "..", "1.2.3",
		"9223372036854775808", "8388608TiB", "99999999999999999999999999999999999999999999999999", "1\u212aB", "NaN", "Inf",
	} {
		if got, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %d, want an error", text, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0", 1: "1", 1023: "1023", 1024: "1KiB", 1000: "1kB", 1 << 20: "1MiB", 256e6: "256MB", 1000 << 20: "1000MiB",
		1 << 40: "1TiB", 5e12: "5TB", 64 << 20: "64MiB", 64<<20 + 1: "67108865", 1536 << 20: "1536MiB",
	} {
		if got := Format(bytes); got != want {
			t.Errorf("Format(%d) = %q, want %q", bytes, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1.5GiB")
	f.Add("256MB")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(Format(n)); err != nil || again != n || n < 0 {
			t.Errorf("%q is %d, and that is written as %q, which is %d, %v", text, n, Format(n), again, err)
		}
	})
}

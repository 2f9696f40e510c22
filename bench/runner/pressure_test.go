package runner

import "testing"

func TestParsePressure(t *testing.T) {
	for text, want := range map[string]int64{
		"some avg10=1.5 avg60=0 avg300=0 total=12345\nfull avg10=0 avg60=0 avg300=0 total=9\n": 12345,
		"full avg10=0 avg60=0 avg300=0 total=9\n":                                              -1,
		"some avg10=1.5 total=x\n":                                                             -1,
		"":                                                                                     -1,
	} {
		if got := parsePressure(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

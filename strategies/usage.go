package strategies

import "runtime/metrics"

// usage reads what this process has used.
func usage() Process {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:objects"},
		{Name: "/gc/heap/allocs:bytes"},
	}
	metrics.Read(samples)
	p := Process{
		Allocs:  int64(samples[0].Value.Uint64()),
		Bytes:   int64(samples[1].Value.Uint64()),
		PeakRSS: peakRSS(),
	}
	p.User, p.System = cpuTime()
	return p
}

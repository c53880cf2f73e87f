// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 2, 9}, 3},
	} {
		if got := median(test.values); got != test.want {
			t.Errorf("median(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

// TestRatio slows both of a pair down, which must not count.
func TestRatio(t *testing.T) {
	t.Parallel()
	if got := (pairs{unpod: []float64{1, 10, 1}, http: []float64{2, 20, 4}}).ratio(); got != 0.5 {
		t.Errorf("got %v, want 0.5", got)
	}
}

func TestParseBenchmarks(t *testing.T) {
	t.Parallel()
	parsed := benchmarks{values: map[string]map[string][]float64{}}
	for _, output := range []string{`goos: linux
cpu: Fast CPU @ 3 GHz
BenchmarkReadDataSource/1000-16         	      42	  27060529 ns/op	11632232 B/op	  259063 allocs/op
BenchmarkReadDataSource/10000-16        	       6	 180332972 ns/op	118889558 B/op	 2599681 allocs/op
PASS
ok  	example/provider	12.329s
`, `cpu: Fast CPU @ 3 GHz
BenchmarkReadDataSource/1000 	      42	  27060531 ns/op
BenchmarkHundredReads/shared-2	       2	 549297674.5 ns/op	         3.000 connections	        17.50 requests/op
`} {
		parsed.parse(output)
	}
	want := map[string]map[string][]float64{
		"ReadDataSource/1000":  {"ns/op": {27060529, 27060531}, "B/op": {11632232}, "allocs/op": {259063}},
		"ReadDataSource/10000": {"ns/op": {180332972}, "B/op": {118889558}, "allocs/op": {2599681}},
		"HundredReads/shared":  {"ns/op": {549297674.5}, "connections": {3}, "requests/op": {17.5}},
	}
	if !reflect.DeepEqual(parsed.values, want) || parsed.cpu != "Fast CPU @ 3 GHz" {
		t.Errorf("got %v of %q, want %v", parsed.values, parsed.cpu, want)
	}
	if got := parsed.of("ReadDataSource/1000", "ns/op"); got != 27060530 {
		t.Errorf("got %v of two runs, want their median", got)
	}
}

func TestParseInitTrace(t *testing.T) {
	t.Parallel()
	got := parseInitTrace(`init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes 0 allocs
init example.com/slow/v2 @1.2 ms, 0.28 ms clock, 128000 bytes 900 allocs
Usage of provider:
`)
	if want := []initialization{{"internal/bytealg", 0}, {"example.com/slow/v2", 0.28}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	got := table([]string{"one", ""}, [][]string{{"a ÷ b", "1"}, {"", "22222"}})
	want := `| one   |       |
| ----- | ----- |
| a ÷ b | 1     |
|       | 22222 |
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{thousands(2), "2"},
		{thousands(1_000), "1,000"},
		{thousands(1_234_567), "1,234,567"},
		{duration(999), "999 ns"},
		{duration(3_842), "3.84 µs"},
		{duration(27_060_529), "27.1 ms"},
		{duration(1_986_302_830), "1.99 s"},
		{held(1.05, 1.05, "%.2f"), "1.05"},
		{held(1.054, 1.05, "%.2f"), "1.05"},
		{held(1.06, 1.05, "%.2f"), "**1.06**"},
		{held(9, 0, "%.2f"), "9.00"},
		{atMost(1.05), "≤ 1.05"},
		{runs(1), "one run"},
		{runs(9), "9 runs"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// TestWithoutHTTP writes the page of a machine that could not get the provider
// hashicorp/http, and does not see memory.
func TestWithoutHTTP(t *testing.T) {
	t.Parallel()
	measured := &results{
		runs: 3,
		plans: []*planResult{
			{scenario: scenarios()[0], size: 2, seconds: pairs{unpod: []float64{0.3, 0.2, 0.4}}},
			{scenario: scenarios()[1], size: 2, seconds: pairs{unpod: []float64{0.5, 0.5, 0.5}}},
		},
	}
	page := measured.page()
	for _, want := range []string{
		"| two scalars of the list     | 2              | 0.30 s |      |              | ≤ 1.05  |\n",
		"The provider hashicorp/http was not to be had",
		"It is measured on Linux only",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	chart := measured.chart()
	wantXML(t, chart)
	for text, want := range map[string]int{httpColor: 0, unpodColor: 4, ">2</text>": 1, ">0.5 s</text>": 1} {
		if got := strings.Count(chart, text); got != want {
			t.Errorf("got %d times %q in the chart, want %d:\n%s", got, text, want, chart)
		}
	}
}

// TestScale puts the shortest time above the axis, and each tenfold length at
// the same distance.
func TestScale(t *testing.T) {
	t.Parallel()
	s := newScale([]series{{points: []point{{10, 0.2}, {100, 1}, {1_000, 3}}}})
	if s.x(10) != left || s.x(1_000) != right || s.x(100) != (left+right)/2 {
		t.Errorf("got lengths at %v, %v and %v, want %d, %d and %d", s.x(10), s.x(100), s.x(1_000), left, (left+right)/2, right)
	}
	if s.y(0.2) >= bottom || s.y(3) <= top || s.y(1) <= s.y(3) {
		t.Errorf("got times at %v, %v and %v, want them in order between %d and %d", s.y(0.2), s.y(1), s.y(3), bottom, top)
	}
}

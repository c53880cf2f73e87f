// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The chart's size, and where its axes are. There is room at the right for the
// legend.
const (
	chartWidth, chartHeight = 780, 400
	left, right             = 60, 520
	top, bottom             = 40, 340
)

// Colors that can be told from each other, and from white and black alike: the
// chart has no background of its own.
const (
	inkColor   = "#7d8590"
	unpodColor = "#2f81f7"
	httpColor  = "#d9730d"
)

// series is a line of the chart.
type series struct {
	name, color, dash string
	points            []point
}

// point is the median time of a plan, in seconds, by the list's length.
type point struct {
	size    int
	seconds float64
}

// chart draws time by length, both on logarithmic axes: the lengths are a
// thousand times apart.
func (r *results) chart() string {
	lines := r.series()
	scale := newScale(lines)
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" font-family="sans-serif" font-size="13" fill="%s" role="img">
<title>Time of a plan by the length of the list</title>
`, chartWidth, chartHeight, inkColor)
	scale.drawAxes(&svg)
	for i, line := range lines {
		scale.drawLine(&svg, line)
		drawKey(&svg, line, top+20+24*i)
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

// series are two scenarios through each provider, those that take longest first,
// as their lines end on the chart.
func (r *results) series() []series {
	var lines []series
	for _, scenario := range []struct{ name, dash string }{{twoScalars, "none"}, {wholeList, "7 5"}} {
		unpod := series{name: "unpod, " + scenario.name, color: unpodColor, dash: scenario.dash}
		http := series{name: "http, " + scenario.name, color: httpColor, dash: scenario.dash}
		for _, plan := range r.plans {
			if plan.scenario.name != scenario.name {
				continue
			}
			unpod.points = append(unpod.points, point{plan.size, median(plan.seconds.unpod)})
			if len(plan.seconds.http) > 0 {
				http.points = append(http.points, point{plan.size, median(plan.seconds.http)})
			}
		}
		lines = append(lines, unpod)
		if len(http.points) > 0 {
			lines = append(lines, http)
		}
	}
	slices.SortStableFunc(lines, func(a, b series) int {
		return cmp.Compare(b.points[len(b.points)-1].seconds, a.points[len(a.points)-1].seconds)
	})
	return lines
}

// scale places lengths and times on the chart.
type scale struct {
	sizes              []int
	shortest, longest  float64 // times
	smallest, greatest float64 // lengths
}

func newScale(lines []series) scale {
	s := scale{shortest: math.Inf(1)}
	for _, p := range lines[0].points {
		s.sizes = append(s.sizes, p.size)
	}
	for _, line := range lines {
		for _, p := range line.points {
			s.shortest, s.longest = min(s.shortest, p.seconds), max(s.longest, p.seconds)
		}
	}
	// Room for a tick below and above, and for a single length.
	s.shortest, s.longest = s.shortest/1.5, s.longest*1.5
	s.smallest, s.greatest = float64(s.sizes[0]), max(float64(s.sizes[len(s.sizes)-1]), float64(s.sizes[0])+1)
	return s
}

func (s scale) x(size int) float64 {
	return left + (right-left)*math.Log(float64(size)/s.smallest)/math.Log(s.greatest/s.smallest)
}

func (s scale) y(seconds float64) float64 {
	return bottom - (bottom-top)*math.Log(seconds/s.shortest)/math.Log(s.longest/s.shortest)
}

func (s scale) drawAxes(svg *strings.Builder) {
	for _, size := range s.sizes {
		fmt.Fprintf(svg, `<path d="M%.1f %dv5" stroke="%s"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			s.x(size), bottom, inkColor, s.x(size), bottom+22, thousands(size))
	}
	for _, seconds := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500} {
		if seconds > s.shortest && seconds < s.longest {
			fmt.Fprintf(svg, `<path d="M%d %.1fH%d" stroke="%s" stroke-opacity="0.35"/><text x="%d" y="%.1f" text-anchor="end">%g s</text>`+"\n",
				left, s.y(seconds), right, inkColor, left-8, s.y(seconds)+4, seconds)
		}
	}
	fmt.Fprintf(svg, `<path d="M%d %dV%dH%d" fill="none" stroke="%s"/>`+"\n", left, top, bottom, right, inkColor)
	fmt.Fprintf(svg, `<text x="%d" y="%d" text-anchor="middle">configurations</text>`+"\n", (left+right)/2, bottom+46)
	fmt.Fprintf(svg, `<text x="%d" y="%d">time of a plan</text>`+"\n", left-50, top-18)
}

func (s scale) drawLine(svg *strings.Builder, line series) {
	for i, p := range line.points {
		if i > 0 {
			before := line.points[i-1]
			fmt.Fprintf(svg, `<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" stroke-width="2.5" stroke-dasharray="%s"/>`+"\n",
				s.x(before.size), s.y(before.seconds), s.x(p.size), s.y(p.seconds), line.color, line.dash)
		}
		fmt.Fprintf(svg, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`+"\n", s.x(p.size), s.y(p.seconds), line.color)
	}
}

// drawKey draws a line of the legend.
func drawKey(svg *strings.Builder, line series, y int) {
	fmt.Fprintf(svg, `<path d="M%d %dh30" stroke="%s" stroke-width="2.5" stroke-dasharray="%s"/><text x="%d" y="%d">%s</text>`+"\n",
		right+12, y, line.color, line.dash, right+50, y+4, line.name)
}

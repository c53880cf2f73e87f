// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
)

// maxAllocations is how many allocations the read of a list may make for each
// element, the provider's and the framework's together.
const maxAllocations = 10

// TestReadDataSource_allocations counts allocations, since what takes time here
// is what allocates. It does not run in parallel, because others allocate too.
func TestReadDataSource_allocations(t *testing.T) { //nolint:paralleltest // See above.
	const few, many = 10, 2_010
	each := (allocations(t, many) - allocations(t, few)) / (many - few)
	t.Logf("%.1f allocations an element", each)
	if each > maxAllocations {
		t.Errorf("got %.1f allocations an element, want at most %d", each, maxAllocations)
	}
}

// allocations are those of one read.
func allocations(t *testing.T, size int) float64 {
	t.Helper()
	read := listReader(t, listBody(t, size))
	return testing.AllocsPerRun(3, func() { read(t) })
}

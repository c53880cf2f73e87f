// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
)

// maxAllocations caps the allocations per list element in a read, including the
// framework's.
const maxAllocations = 10

// TestReadDataSource_limitsAllocations counts allocations, because they dominate
// the time of a read. It is not parallel, because other tests allocate too.
func TestReadDataSource_limitsAllocations(t *testing.T) { //nolint:paralleltest // See above.
	const few, many = 10, 2_010
	each := (allocations(t, many) - allocations(t, few)) / (many - few)
	t.Logf("%.1f allocations per element", each)
	if each > maxAllocations {
		t.Errorf("got %.1f allocations per element, want at most %d", each, maxAllocations)
	}
}

// allocations returns the number of allocations in one read.
func allocations(t *testing.T, size int) float64 {
	t.Helper()
	read := listReader(t, listBody(t, size))
	return testing.AllocsPerRun(3, func() { read(t) })
}

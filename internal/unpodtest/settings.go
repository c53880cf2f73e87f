// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

// Settings choose which of the documented platforms the local Unpod imitates.
// The zero value is the newest one.
type Settings struct {
	// Older imitates the platform of docs.unpod.dev: the provider is a number,
	// elements have secrets but no account_sid and no created_at, and a missing
	// Org-Handle is a 400.
	Older bool
	// Errors is the form of error bodies.
	Errors ErrorForm
	// TokenExpired makes the token expired.
	TokenExpired bool
	// RateLimit limits the requests with a valid token.
	RateLimit RateLimit
	// AnyOrganization accepts every handle. Unknown ones mean the first
	// organization.
	AnyOrganization bool
	// EmptyObject sends an empty list as {} instead of [], as the platform's
	// renderer does if a view returns a bare list.
	EmptyObject bool
	// Pages adds the platform's paginator: count beside data, and the page and
	// page_size parameters.
	Pages bool
}

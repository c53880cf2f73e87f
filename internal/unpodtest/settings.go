// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

// Settings say which of the documented platforms the local Unpod is. The zero
// value is the one of the newest page.
type Settings struct {
	// Older makes it the platform of docs.unpod.dev: a provider is a number,
	// elements have no account_sid and no created_at, but secrets, and a missing
	// Org-Handle is a 400.
	Older bool
	// Errors is the form of its error bodies.
	Errors ErrorForm
	// TokenExpired makes the token one that has expired.
	TokenExpired bool
	// RateLimit limits the requests that have the right token.
	RateLimit RateLimit
	// AnyOrganization makes every other handle that of the first organization.
	AnyOrganization bool
	// EmptyObject makes an empty list {} instead of [], as the platform's renderer
	// does with a list that a view returns bare.
	EmptyObject bool
	// Pages puts the platform's paginator in front of the list: count beside data,
	// and the query's page and page_size obeyed.
	Pages bool
}

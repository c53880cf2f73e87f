// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

const (
	// maxListed is how many configurations a message lists: what fits on a
	// screen.
	maxListed = 10
	// maxShown is how much of a value a message shows, in characters: more than
	// an account SID has.
	maxShown = 64
)

// noMatchDiagnostic says that nothing holds to the conditions, and what there
// is.
func noMatchDiagnostic(wanted conditions, all []unpod.ProviderConfiguration) diag.Diagnostic {
	detail := "No telephony provider configuration of the organization has " + wanted.String() + "."
	if len(all) == 0 {
		detail += "\n\nThe organization has none at all. If that is not so, check " + named("org_handle") + "."
	} else {
		detail += fmt.Sprintf("\n\nThe organization has %d:\n%s\n\nValues must be exactly the same, upper and lower case included.", len(all), list(all))
	}
	return diag.NewErrorDiagnostic("No provider configuration matches", detail)
}

// severalMatchesDiagnostic says that more than one holds to the conditions, and
// which other condition would tell them apart.
func severalMatchesDiagnostic(wanted conditions, matches []unpod.ProviderConfiguration) diag.Diagnostic {
	return diag.NewErrorDiagnostic("More than one provider configuration matches", fmt.Sprintf(
		"%d telephony provider configurations of the organization have %s:\n%s\n\nTo tell them apart, set %s as well.",
		len(matches), wanted, list(matches), strings.Join(distinctive(matches), " or ")))
}

// String tells the conditions as they are written in a configuration.
func (c conditions) String() string {
	var set []string
	if !c.id.IsNull() {
		set = append(set, "id = "+c.id.String())
	}
	if !c.providerSlug.IsNull() {
		set = append(set, "provider_slug = "+shown(c.providerSlug.ValueStringPointer()))
	}
	if !c.accountSID.IsNull() {
		set = append(set, "account_sid = "+shown(c.accountSID.ValueStringPointer()))
	}
	return strings.Join(set, " and ")
}

// list tells configurations a line each, the first ones where there are many.
func list(configurations []unpod.ProviderConfiguration) string {
	var lines []string
	for _, c := range configurations[:min(len(configurations), maxListed)] {
		lines = append(lines, fmt.Sprintf("  - id = %d, provider_slug = %s, account_sid = %s", c.ID, shown(c.Provider), shown(c.AccountSID)))
	}
	if more := len(configurations) - maxListed; more > 0 {
		lines = append(lines, fmt.Sprintf("  - and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// shown is a value as it is written in a configuration, cut where it is long.
func shown(value *string) string {
	if value == nil {
		return "null"
	}
	text := *value
	if characters := []rune(text); len(characters) > maxShown {
		text = string(characters[:maxShown]) + "…"
	}
	return strconv.Quote(text)
}

// distinctive returns the arguments that have another value, which is not null,
// in each of the configurations. The id always has.
func distinctive(configurations []unpod.ProviderConfiguration) []string {
	providers, accounts := map[string]bool{}, map[string]bool{}
	for _, configuration := range configurations {
		if configuration.Provider != nil {
			providers[*configuration.Provider] = true
		}
		if configuration.AccountSID != nil {
			accounts[*configuration.AccountSID] = true
		}
	}
	var names []string
	if len(providers) == len(configurations) {
		names = append(names, "provider_slug")
	}
	if len(accounts) == len(configurations) {
		names = append(names, "account_sid")
	}
	return append(names, "id")
}

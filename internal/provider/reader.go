// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// reader is what Configure hands to the data sources.
type reader struct {
	client *unpod.Client
	// unready says why nothing can be read, and is empty where it can.
	unready diag.Diagnostics
}

// newReader returns what Configure handed over, nil while Terraform only
// validates and nothing is configured.
func newReader(providerData any) (*reader, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}
	data, ok := providerData.(*reader)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected provider data",
			fmt.Sprintf("A data source was configured with a %T. This is a fault of the provider; please report it.", providerData))}
	}
	return data, nil
}

// providerConfigurations returns the organization's whole list, or says why
// there is none.
func (r *reader) providerConfigurations(ctx context.Context) ([]unpod.ProviderConfiguration, diag.Diagnostics) {
	if r.unready.HasError() {
		return nil, r.unready
	}
	configurations, err := r.client.ProviderConfigurations(ctx)
	if err != nil {
		return nil, diag.Diagnostics{callDiagnostic(err)}
	}
	return configurations, nil
}

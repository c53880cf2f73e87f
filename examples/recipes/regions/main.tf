terraform {
  required_version = ">= 1.3" # optional attributes

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

variable "regions" {
  description = "The telephony provider of each region. Set account_sid if the organization has several configurations at the provider."
  type = map(object({
    provider_slug = string
    account_sid   = optional(string)
  }))
  default = {
    us = { provider_slug = "twilio" }
    in = { provider_slug = "plivo", account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy" }
  }
}

# Terraform reads these at the same time, so they share a request. The plan fails if
# a region has no configuration.
data "unpod_telephony_provider_configuration" "region" {
  for_each = var.regions

  provider_slug = each.value.provider_slug
  account_sid   = each.value.account_sid
}

output "provider_configuration_ids" {
  description = "ID of each region's provider configuration."
  value       = { for region, c in data.unpod_telephony_provider_configuration.region : region => c.id }
}

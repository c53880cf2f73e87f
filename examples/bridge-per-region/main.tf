terraform {
  required_version = ">= 1.4" # the first with terraform_data

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

variable "regions" {
  description = "The telephony provider of each region, and the account there where the organization has several."
  type = map(object({
    provider_slug = string
    account_sid   = optional(string)
  }))
  default = {
    us = { provider_slug = "twilio" }
    in = { provider_slug = "plivo", account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy" }
  }
}

# Terraform reads these together.
data "unpod_telephony_provider_configuration" "region" {
  for_each = var.regions

  provider_slug = each.value.provider_slug
  account_sid   = each.value.account_sid
}

# Stands in for a bridge in each region.
resource "terraform_data" "bridge" {
  for_each = data.unpod_telephony_provider_configuration.region

  input = {
    region             = upper(each.key)
    provider_config_id = each.value.id
  }
}

output "provider_config_ids" {
  description = "The provider configuration of each region's bridge."
  value       = { for region, bridge in terraform_data.bridge : region => bridge.input.provider_config_id }
}

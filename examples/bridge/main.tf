terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE, as the module does.
provider "unpod" {
  base_url = var.base_url
}

variable "base_url" {
  description = "Address of the Unpod platform, without /api/v2/platform."
  type        = string
  default     = "https://unpod.dev"
}

variable "lines" {
  description = "For each bridge, by its slug: the phone number, and the account that the number belongs to."
  type = map(object({
    phone_number  = string
    provider_slug = string
    account_sid   = optional(string)
  }))
  default = {
    support-line = { phone_number = "+14155550100", provider_slug = "twilio" }
  }
}

module "line" {
  source   = "./modules/bridge"
  for_each = var.lines

  base_url      = var.base_url
  bridge_slug   = each.key
  phone_number  = each.value.phone_number
  provider_slug = each.value.provider_slug
  account_sid   = each.value.account_sid
}

output "provider_configuration_ids" {
  description = "ID of the provider configuration that each bridge uses."
  value       = { for slug, line in module.line : slug => line.provider_configuration_id }
}

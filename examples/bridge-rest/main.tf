provider "unpod" {
  base_url   = var.base_url
  org_handle = var.org_handle
  api_token  = var.api_token
}

provider "restful" {
  base_url = var.base_url
  header   = var.product_id == null ? {} : { Product-Id = var.product_id }
  client   = { retry = { status_codes = [429], count = 5, max_wait_in_sec = 70 } }

  security = {
    apikey = [
      { in = "header", name = "Authorization", value = "Token ${var.api_token}" },
      { in = "header", name = "Org-Handle", value = var.org_handle },
    ]
  }
}

module "bridge" {
  source = "./modules/bridge"

  bridge_slug   = var.bridge_slug
  phone_number  = var.phone_number
  provider_slug = var.provider_slug
}

output "connection" {
  description = "The connection."
  value       = module.bridge.connection
}
